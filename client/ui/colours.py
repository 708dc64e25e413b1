"""The colours of the look by role, in three sets: light, dark, and outdoor for sunlight on the dashboard.

Every pair that carries text or a mark is checked by `tests/ui/test_contrast.py`. Values: the look's table of tokens.
"""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Colours:
    """Colours by role, as #RRGGBB or #AARRGGBB. `*_soft` is the tint behind text of the same role."""

    dark: bool
    canvas: str
    surface: str
    raised: str
    sunken: str
    place: str
    """Ground of the chosen place in the rail."""
    work: str
    off_hours: str
    line: str
    field_line: str
    ink: str
    ink2: str
    ink3: str
    accent: str
    on_accent: str
    accent_soft: str
    accent_ink: str
    ok: str
    ok_soft: str
    wait: str
    wait_dot: str
    wait_soft: str
    need: str
    need_soft: str
    visit: str
    visit_soft: str
    call: str
    call_soft: str
    meeting: str
    meeting_soft: str
    travel: str
    travel_soft: str
    event: str
    event_soft: str
    scrim: str
    shadow: str
    inverse: str
    on_inverse: str
    inverse_link: str


LIGHT = Colours(
    dark=False,
    canvas="#F3F5F8",
    surface="#FFFFFF",
    raised="#FFFFFF",
    sunken="#F3F5F8",
    place="#E2E6EC",
    work="#FFFFFF",
    off_hours="#EBEEF3",
    line="#E2E6EC",
    field_line="#868F9C",
    ink="#14181F",
    ink2="#4A5361",
    ink3="#606A79",
    accent="#2B57C4",
    on_accent="#FFFFFF",
    accent_soft="#E9EFFC",
    accent_ink="#2149A8",
    ok="#1B7446",
    ok_soft="#E2F3E9",
    wait="#825300",
    wait_dot="#C77E00",
    wait_soft="#FCF1DB",
    need="#B92B24",
    need_soft="#FCEAE8",
    visit="#2B57C4",
    visit_soft="#E4ECFC",
    call="#6B43B5",
    call_soft="#EFE9F9",
    meeting="#0A6C75",
    meeting_soft="#DDF1F2",
    travel="#56616F",
    travel_soft="#DCE1E8",
    event="#A02C72",
    event_soft="#FAE7F1",
    scrim="#660E1218",
    shadow="#1F0E1218",
    inverse="#1D232C",
    on_inverse="#F2F4F7",
    inverse_link="#A9C3FF",
)

DARK = Colours(
    dark=True,
    canvas="#0D1014",
    surface="#14181E",
    raised="#1B2027",
    sunken="#1B2027",
    place="#1B2027",
    work="#1A1F27",
    off_hours="#0E1116",
    line="#272E37",
    field_line="#707B8A",
    ink="#E9ECF1",
    ink2="#B0B8C4",
    ink3="#8C96A4",
    accent="#8FB0FF",
    on_accent="#0C1B3C",
    accent_soft="#1C2A48",
    accent_ink="#B7CCFF",
    ok="#67C796",
    ok_soft="#15301F",
    wait="#EBB75C",
    wait_dot="#E3A33A",
    wait_soft="#33280F",
    need="#FF8F86",
    need_soft="#3C1D1B",
    visit="#8FB0FF",
    visit_soft="#1D2B4A",
    call="#C0A5F5",
    call_soft="#2B2342",
    meeting="#62C9D2",
    meeting_soft="#112F33",
    travel="#A7B1BF",
    travel_soft="#262D36",
    event="#F09BC8",
    event_soft="#3A2030",
    scrim="#99000000",
    shadow="#66000000",
    inverse="#E9ECF1",
    on_inverse="#14181E",
    inverse_link="#2149A8",
)

OUTDOOR = replace(
    LIGHT,
    canvas="#FFFFFF",
    sunken="#FFFFFF",
    place="#D5DDEE",
    line="#6B7480",
    field_line="#14181F",
    ink="#000000",
    ink2="#14181F",
    ink3="#2B323C",
    accent="#123C9E",
    need="#9B150F",
    wait="#633F00",
    ok="#0B5A31",
)
"""The light set with black ink and dark lines: nothing grey carries text."""

SETS = {"light": LIGHT, "dark": DARK, "outdoor": OUTDOOR}
"""Colour set by the name that preferences store."""
