"""Seeds of runs that broke a promise of the real code once, each with what was wrong. They stay, though runs change with people's habits."""

SEEDS = {
    1: "a verdict took back a row that a staged page had brought newer",
    120: "a device of an older timeline kept its rows when the server came back empty",
    16: "an all-or-nothing save with a new record was nowhere when a part of it needed a person",
    652733763: "a value of a withheld save that was stored already left no trace, and a save put back in time went over it",
    841217362: "a label that was in sight under an own pending one was taken away, and stayed",
    688558243: "a late page of another question was taken for the first page of a long pull",
    870186085: "a late final page of a long pull, older than a page before it, lacked what that one had left to it",
    748500278: "a form forgot what it stood on when a round had settled that before its save",
    818099126: "a save in the snapshot, its verdict on no page, was laid over the rows without those after it, and the screen went back",
    6500359: "a field that was closed to its author while his value was on its way back was taken for one that went back",
    814697669: "what was taken away by a save that was refused, and sent again, was thought to be gone for no reason",
    363483933: "a save stood on an own value by way of another record, and to replace that was thought to be silent",
    577618137: "a device that signed in again as another one said no hello, and got rows of a version that it does not know",
}
