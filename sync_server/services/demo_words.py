"""What the demo company is made of: names, towns, sentences. Fictional; domains are reserved, phones are of no subscriber."""

USERS = (
    ("Ana Pop", "Sales representative, Cluj", "ro"), ("Dan Marin", "Sales representative, Brașov", "ro"),
    ("Ioana Rusu", "Sales representative, Iași", "ro"), ("Mihai Toma", "Sales representative, Timișoara", "ro"),
    ("Elena Dobre", "Sales representative, Constanța", "ro"),
        ("Gábor Nagy", "Sales representative, Budapest and Sofia", "en"),
    ("Radu Ionescu", "Sales manager", "ro"), ("Cristina Matei", "Regional manager", "ro"),
    ("Maria Stan", "Office", "ro"), ("Oana Lazăr", "Office", "ro"),
    ("Sorin Barbu", "Technician", "ro"), ("Alina Voicu", "Administrator", "en"),
)  # fmt: skip
SALES = 6
"""How many of them sell."""
PROFILES = {
    "Sales representative": "salesperson", "Sales manager": "manager", "Regional manager": "manager", "Office": "office",
    "Technician": "guest", "Administrator": "admin",
}  # fmt: skip
"""Position, up to its comma -> shipped profile."""
MANAGERS = {
    "Cristina Matei": "Radu Ionescu", "Ana Pop": "Radu Ionescu", "Dan Marin": "Radu Ionescu", "Ioana Rusu": "Radu Ionescu",
    "Mihai Toma": "Cristina Matei", "Elena Dobre": "Cristina Matei", "Gábor Nagy": "Cristina Matei",
    "Oana Lazăr": "Maria Stan", "Sorin Barbu": "Maria Stan",
}  # fmt: skip
"""Who reports to whom."""
TOWNS = (
    (("Cluj-Napoca", "Cluj", "400001"), ("Florești", "Cluj", "407280"), ("Bistrița", "Bistrița-Năsăud", "420001"),
        ("Oradea", "Bihor", "410001")),
    (("Brașov", "Brașov", "500001"), ("Predeal", "Brașov", "505300"), ("Sibiu", "Sibiu", "550001"),
        ("Moieciu de Sus", "Brașov", "507138")),
    (("Iași", "Iași", "700001"), ("Suceava", "Suceava", "720001"), ("Tupilați", "Neamț", "617480"),
        ("Bacău", "Bacău", "600001")),
    (("Timișoara", "Timiș", "300001"), ("Arad", "Arad", "310001"), ("Deva", "Hunedoara", "330001"),
        ("Lugoj", "Timiș", "305500")),
    (("Constanța", "Constanța", "900001"), ("Hârșova", "Constanța", "905400"), ("Tulcea", "Tulcea", "820001"),
        ("Galați", "Galați", "800001")),
)  # fmt: skip
"""Per territory: (town, county, postcode)."""
ABROAD = (
    ("HU", "Budapest", "Pest", "1051"), ("BG", "София", "София-град", "1000"), ("DE", "München", "Bayern", "80331"),
    ("IT", "Bologna", "Emilia-Romagna", "40121"),
)  # fmt: skip
KINDS = (
    ("hotel", "I", ("Hotel", "Pensiunea", "Vila", "Complexul")),
        ("restaurant", "I", ("Restaurant", "Hanul", "Bistro", "Crama")),
    ("cafe", "I", ("Cofetăria", "Cafeneaua", "Brutăria", "Patiseria")),
        ("shop", "G", ("Magazinul", "Țesătoria", "Băcănia", "Depozitul")),
    ("cleaning", "N", ("Spălătoria", "Curățenie", "Clean Service", "Igiena")),
)  # fmt: skip
"""(company type, NACE section, first words of names)."""
NAMES = (
    "Șapte Brazi", "Sfântul Gheorghe", "Domnesc", "Măgura", "Șoimul", "La Răscruce", "Albă ca Zăpada", "Țărmul Dunării",
    "Podgoria", "Valea Rece", "Castelul", "Trei Stejari", "Poiana", "Izvorul", "Muntele Alb", "La Moară", "Bucegi", "Cetatea",
    "Soarele", "Cireșul", "Zimbrul", "Codrul", "Dealul Mare", "Piatra Albă", "Ceahlău", "Delta", "Lacul Roșu", "Făget",
    "Struguri de Aur", "Carul Mare", "Perla", "Fântâna", "Grădina", "Râul Doamnei", "Vârful Înalt", "Brândușa", "Țapul Negru",
    "Casa Veche", "Turnul", "Bolta Rece",
)  # fmt: skip
ABROAD_NAMES = {
    "HU": ("Grand Hôtel Duna Kft.", "Étterem Tisza Kft.", "Kávéház Vár Kft.", "Hotel Margit Kft."),
    "BG": ("Хотел Витоша ООД", "Ресторант Роза ООД", "Hotel Rila OOD", "Pliska Trade OOD"),
    "DE": ("Gasthof Zum Löwen GmbH", "Hotel Isarblick GmbH", "Bäckerei Müller GmbH", "Café Jahreszeiten GmbH"),
    "IT": ("Albergo Due Torri Srl", "Trattoria del Borgo Srl", "Caffè Centrale Srl", "Hotel San Luca Srl"),
}
WOMEN = (
    "Ioana", "Maria", "Elena", "Cristina", "Gabriela", "Daniela", "Raluca", "Simona", "Oana", "Irina", "Alina", "Teodora",
    "Andreea", "Mihaela", "Ștefania", "Lăcrămioara",
)  # fmt: skip
MEN = (
    "Andrei", "Mihai", "Ștefan", "Alexandru", "Radu", "Vlad", "Bogdan", "Florin", "Cătălin", "Sorin", "Lucian", "Marius",
    "Gheorghe", "Răzvan", "Țucu", "Ilie",
)  # fmt: skip
LAST = (
    "Știrbei", "Popescu", "Ionescu", "Munteanu", "Moldovan", "Șerban", "Lazăr", "Neagu", "Dobre", "Barbu", "Nistor", "Florea",
    "Dinu", "Manole", "Ene", "Tudor", "Ciobanu", "Rusu", "Brâncuș", "Țurcanu", "Văcărescu", "Pârvu", "Gîrleanu", "Oprea",
)  # fmt: skip
JOBS = (
    ("Director", "director"), ("Purchasing manager", "purchasing"), ("Chef", "kitchen"), ("Accountant", "accounting"),
    ("Receptionist", "reception"), ("Administrator", "owner"), ("Technical manager", "technical"),
)  # fmt: skip
JOBS_RO = ("Director", "Șef achiziții", "Bucătar-șef", "Contabil", "Recepționer", "Administrator", "Responsabil tehnic")
STREETS = (
    "Str. Republicii", "Bd. Unirii", "Str. Mihai Eminescu", "Str. Avram Iancu", "Calea București", "Str. Gării",
    "Str. Ștefan cel Mare", "Piața Sfatului", "Str. Nicolae Bălcescu", "Str. Independenței",
)  # fmt: skip
NOTES = (
    "Vrea mostre de detergent enzimatic pentru spălătorie. Decide după proba de joi.",
    "A confirmat ora pentru joi. Întreabă dacă livrăm și sâmbăta dimineața.",
    "Prețul la veselă e acceptat; rămâne termenul de plată.",
    "Stoc mic la prosoape de hârtie. Concurența oferă cu 8 % mai ieftin, dar livrează în 6 zile.",
    "Ne roagă să sunăm înainte de livrare: rampa e ocupată până la 9.",
    "A plecat bucătarul-șef; noul vine de luni. De trecut să ne prezentăm.",
    "Comandă lunară de consumabile, cam 40 de baxuri. Vrea preț fix până la primăvară.",
    "Nemulțumiți de ultima livrare: două colete udate. Am promis înlocuirea până vineri.",
    "Deschid o a doua locație în martie. Pregătim o ofertă pentru dotarea bucătăriei.",
    "Plata la 30 de zile e în regulă, dacă primim confirmarea de la contabilitate.",
    "Au primit catalogul de toamnă; îi interesează pagina cu echipamente de curățenie.",
    "Proprietarul e plecat până la sfârșitul lunii. Revenim pe 2.",
    "Au schimbat programul: recepția mărfii doar dimineața, 7–10.",
    "Cer certificatele produselor ecologice pentru audit. Le trimite Maria.",
    "Discuție bună; vor să ne vadă depozitul. De stabilit o zi cu Sorin.",
)  # fmt: skip
FIRST_NOTE = "Ioana are număr nou, 0700 018 306, cel vechi îl închide la sfârșitul lunii."
BANKS = ("BTRL", "BRDE", "RNCB", "INGB", "RZBR")
SOURCES = ("referral", "web", "fair", "call", "campaign", "visit")
