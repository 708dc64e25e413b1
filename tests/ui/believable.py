"""The demo facts of the fake facade: a distributor of HoReCa supplies in Cluj. What a person wrote stays in Romanian."""

from datetime import UTC, datetime
from typing import Literal

from client.usecases.answers import Label, RowState
from shared_models.base import to_micros
from shared_models.ids import derived_id

NOW = datetime(2026, 11, 24, 8, 42, tzinfo=UTC)
MINUTE, HOUR, DAY = 60_000_000, 3_600_000_000, 86_400_000_000


def ago(days: float = 0, hours: float = 0, minutes: float = 0) -> int:
    return to_micros(NOW) - round(days * DAY + hours * HOUR + minutes * MINUTE)


HOTEL, REST, CLEAN = Label("Hotels", "Hoteluri"), Label("Restaurants", "Restaurante"), Label("Cleaning", "Curățenie")
CAFE, SHOP, SCHOOL = Label("Cafés", "Cafenele"), Label("Retail", "Magazine"), Label("Schools", "Școli")
INACTIVE = Label("Inactive", "Inactivă")
INDUSTRIES = {derived_id("pick_list_item", "industry", x.en): x for x in (HOTEL, REST, CLEAN, CAFE, SHOP, SCHOOL)}

# name, place, industry, role, days since the last note, wished days, state, code
COMPANIES: list[tuple[str, str, Label, str, int | None, int | None, RowState, str]] = [
    ("Hotel Șapte Brazi", "Predeal", HOTEL, "customer", 0, 14, "waiting", "C-1044"),
    ("Țesătoria Îndrăzneață SRL", "Timișoara", SHOP, "customer", 35, 30, "sent", "C-1101"),
    ("Brutăria Sfântul Gheorghe", "Brașov", CAFE, "customer", 24, 21, "needs_you", "C-1019"),
    ("Curățenie Expert S.R.L.", "Cluj-Napoca", CLEAN, "customer", 31, 30, "sent", "C-1033"),
    ("Hanul Domnesc", "Tupilați", REST, "customer", 12, 14, "sent", "C-1052"),
    ("Pensiunea Măgura", "Moieciu de Sus", HOTEL, "customer", 18, 14, "waiting", "C-1060"),
    ("Cofetăria Șoimul", "Sibiu", CAFE, "prospect", 19, 21, "sent", ""),
    ("Grand Hôtel Duna Kft.", "Budapest", HOTEL, "customer", 26, 30, "sent", "C-1047"),
    ("Bistro La Răscruce", "Florești", REST, "customer", 10, 14, "sent", "C-1015"),
    ("Spălătoria Albă ca Zăpada", "Bistrița", CLEAN, "customer", 3, 30, "sent", "C-1090"),
    ("Crama Țărmul Dunării", "Hârșova", REST, "customer", 6, 21, "sent", "C-1031"),
    ("Hotel Podgoria Iași", "Iași", HOTEL, "customer", 2, 14, "sent", "C-1058"),
    ("Магазин Родопи ЕООД", "Plovdiv", SHOP, "customer", 8, 30, "sent", "C-1120"),
    ("Cantina Școlii Gh. Șincai", "Baia Mare", SCHOOL, "customer", 4, 21, "sent", "C-1025"),
    ("Popas Făget", "Lugoj", REST, "customer", 1, 14, "sent", "C-1182-2"),
    ("Müller Reinigung GmbH", "München", CLEAN, "supplier", 5, 30, "sent", "C-1066"),
    ("Ambalaje Ceahlău SRL", "Piatra-Neamț", SHOP, "supplier", 40, None, "sent", "C-1003"),
    ("Aqua Termal Felix", "Băile Felix", HOTEL, "prospect", None, 30, "sent", ""),
    ("Băcănia lui Nae", "Râmnicu Vâlcea", SHOP, "customer", 7, 21, "sent", "C-1011"),
    ("Castelul Negru", "Bran", HOTEL, "customer", 15, 21, "sent", "C-1028"),
    ("Detergenți Someș SA", "Dej", CLEAN, "supplier", 50, None, "sent", "C-1036"),
    ("Echo Lounge", "Cluj-Napoca", REST, "customer", 9, 14, "sent", "C-1041"),
    ("Ferma de la Deal", "Apahida", SHOP, "partner", 22, None, "sent", "C-1045"),
    ("Iepurașul Flămând", "Turda", REST, "customer", 13, 14, "sent", "C-1062"),
    ("Liceul Octavian Goga", "Huedin", SCHOOL, "customer", 28, 60, "sent", "C-1064"),
    ("Nufărul Alb", "Tulcea", HOTEL, "customer", 33, 30, "sent", "C-1070"),
    ("Optim Clean Service", "Oradea", CLEAN, "competitor", None, None, "sent", ""),
    ("Patiseria Zâna Bună", "Alba Iulia", CAFE, "customer", 16, 21, "sent", "C-1077"),
    ("Restaurant Roata", "Cluj-Napoca", REST, "customer", 5, 14, "sent", "C-1081"),
    ("Vila Belvedere", "Sinaia", HOTEL, "customer", 20, 14, "sent", "C-1111"),
    ("Zăvoiul Verde", "Sebeș", REST, "prospect", None, 30, "sent", ""),
]
# first name, last name, job, company (place in COMPANIES), phone, e-mail, state
CONTACTS: list[tuple[str, str, str, int, str, str, RowState]] = [
    ("Ioana", "Știrbei", "Șef achiziții", 0, "0700 018 306", "ioana.stirbei@sapte-brazi.example", "needs_you"),
    ("Mihai", "Pârvu", "Chef", 0, "0700 018 307", "", "waiting"),
    ("Anca", "Mureșan", "Guvernantă", 0, "0700 018 311", "anca@sapte-brazi.example", "sent"),
    ("Radu", "Țuțea", "Contabil", 0, "", "contabilitate@sapte-brazi.example", "sent"),
    ("Ileana", "Țărnă", "Proprietar", 4, "0700 033 120", "hanul@domnesc.example", "sent"),
    ("Ștefan", "Țurcanu", "Administrator", 13, "0700 041 873", "cantina@sincai.example", "sent"),
    ("Katalin", "Szabó", "Beszerzési vezető", 7, "+36 1 999 0101", "szabo@duna.example", "sent"),
    ("Doina", "Bălan", "Proprietar", 2, "0700 022 900", "doina@sf-gheorghe.example", "sent"),
    ("Gheorghe", "Crăciun", "Director", 3, "0700 065 400", "office@curatenie-expert.example", "sent"),
    ("Maria", "Lupu", "Recepție", 5, "0700 051 515", "", "sent"),
    ("Vasile", "Neagu", "Bucătar-șef", 8, "0700 015 151", "", "sent"),
    ("Elena", "Dragomir", "Manager", 11, "0700 058 580", "elena@podgoria.example", "sent"),
    ("Иван", "Петров", "Управител", 12, "+359 32 999 120", "petrov@rodopi.example", "sent"),
    ("Heike", "Müller", "Geschäftsführerin", 15, "+49 89 9990 66", "heike@mueller.example", "sent"),
    ("Cristina", "Popescu", "Achiziții", 19, "0700 028 282", "", "sent"),
    ("Andrei", "Zamfir", "Sommelier", 10, "0700 031 313", "", "sent"),
    ("Laura", "Ene", "Director", 29, "0700 111 411", "laura@belvedere.example", "sent"),
    ("Sorin", "Albu", "Chef", 28, "0700 081 818", "", "sent"),
]
DEEDS: list[tuple[Literal["note", "changed", "created"], float, str, str, RowState]] = [
    ("note", 0.03, "Ana Pop", "Chef Mihai vrea mostre de detergent enzimatic pentru spălătorie. Decide după degustarea de joi.", "waiting"),
    ("note", 0.06, "Ana Pop", "A confirmat ora pentru joi. Întreabă dacă livrăm și sâmbăta dimineața.", "waiting"),
    ("changed", 4.75, "Maria Ilie", "", "sent"),
    ("note", 4.9, "Maria Ilie", "Au cerut factură separată pentru spa, cu alt punct de lucru.", "sent"),
    ("note", 19.0, "Ana Pop", "Stoc mic la prosoape Z. Concurența oferă minus 8 %, dar livrează în 6 zile.", "sent"),
    ("created", 420.0, "Dan Rusu", "", "sent"),
]  # fmt: skip

SAVES = {
    "en": {"note": "Note at {}", "changed": "Changed {}", "contact": "New contact: {}"},
    "ro": {"note": "Notă la {}", "changed": "Modificat {}", "contact": "Persoană nouă: {}"},
}
# Sentences that a device keeps with a save, in the language of who saved.
