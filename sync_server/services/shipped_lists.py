"""The configurable lists that ship with the product, with labels in both languages. Admins change them afterwards."""

from collections.abc import Iterator

from shared_models.codec import Row
from shared_models.ids import derived_id

Item = tuple[str, str, str]
"""(key, English label, Romanian label); the first item of a list is its default where the list has one."""

LISTS: dict[str, tuple[str, str, bool, tuple[Item, ...]]] = {
    "company_type": (
        "Company type", "Tip de firmă", False,
        (
            ("hotel", "Hotel", "Hotel"), ("restaurant", "Restaurant", "Restaurant"), ("cafe", "Café", "Cafenea"),
            ("shop", "Shop", "Magazin"), ("cleaning", "Cleaning", "Curățenie"), ("producer", "Producer", "Producător"),
            ("distributor", "Distributor", "Distribuitor"), ("institution", "Institution", "Instituție"),
            ("other", "Other", "Altul"),
        ),
    ),
    "company_status": (
        "Company status", "Starea firmei", True,
        (
            ("active", "Active", "Activă"), ("new", "New", "Nouă"), ("at_risk", "At risk", "În pericol"),
            ("inactive", "Inactive", "Inactivă"), ("closed", "Closed down", "Închisă"),
        ),
    ),
    "information_source": (
        "Source of information", "Sursa informației", False,
        (
            ("referral", "Recommendation", "Recomandare"), ("web", "Website", "Site web"), ("fair", "Fair", "Târg"),
            ("call", "Phone call", "Apel telefonic"), ("campaign", "Campaign", "Campanie"), ("visit", "Visit", "Vizită"),
        ),
    ),
    "price_segment": (
        "Price segment", "Segment de preț", False,
        (("economy", "Economy", "Economic"), ("standard", "Standard", "Standard"), ("premium", "Premium", "Premium")),
    ),
    "contact_type": (
        "Contact type", "Tip de persoană", False,
        (
            ("decides", "Decides", "Decide"), ("influences", "Influences", "Influențează"), ("uses", "Uses", "Folosește"),
            ("pays", "Pays", "Plătește"), ("other", "Other", "Altul"),
        ),
    ),
    "contact_status": (
        "Contact status", "Starea persoanei", True,
        (("active", "Active", "Activ"), ("absent", "Away", "Absent"), ("left", "Left", "A plecat")),
    ),
    "contact_role": (
        "Role at the company", "Rol în firmă", False,
        (
            ("owner", "Owner", "Proprietar"), ("director", "Director", "Director"), ("purchasing", "Purchasing", "Achiziții"),
            ("kitchen", "Kitchen", "Bucătărie"), ("accounting", "Accounting", "Contabilitate"),
            ("reception", "Reception", "Recepție"), ("technical", "Technical", "Tehnic"),
        ),
    ),
    "address_kind": (
        "Kind of address", "Felul adresei", True,
        (
            ("head_office", "Head office", "Sediu"), ("branch", "Branch", "Filială"), ("warehouse", "Warehouse", "Depozit"),
            ("delivery", "Delivery", "Livrare"), ("invoice", "Invoices", "Facturare"), ("home", "Home", "Domiciliu"),
        ),
    ),
    "document_kind": (
        "Kind of document", "Tip de document", False,
        (
            ("contract", "Contract", "Contract"), ("offer", "Offer", "Ofertă"), ("invoice", "Invoice", "Factură"),
            ("minutes", "Minutes", "Minută"), ("photo", "Photo", "Fotografie"),
            ("certificate", "Certificate", "Certificat"), ("other", "Other", "Altul"),
        ),
    ),
    "industry": (
        "Industry (NACE)", "Domeniu (CAEN)", False,
        (
            ("A", "Agriculture, forestry and fishing", "Agricultură, silvicultură și pescuit"),
            ("B", "Mining and quarrying", "Industria extractivă"),
            ("C", "Manufacturing", "Industria prelucrătoare"),
            ("D", "Electricity, gas and steam", "Energie electrică, gaze și abur"),
            ("E", "Water supply and waste", "Distribuția apei și gestionarea deșeurilor"),
            ("F", "Construction", "Construcții"),
            ("G", "Trade and repair of vehicles", "Comerț; repararea autovehiculelor"),
            ("H", "Transport and storage", "Transport și depozitare"),
            ("I", "Hotels and restaurants", "Hoteluri și restaurante"),
            ("J", "Information and communication", "Informații și comunicații"),
            ("K", "Finance and insurance", "Intermedieri financiare și asigurări"),
            ("L", "Real estate", "Tranzacții imobiliare"),
            ("M", "Professional and technical services", "Activități profesionale și tehnice"),
            ("N", "Administrative and support services", "Servicii administrative și de suport"),
            ("O", "Public administration and defence", "Administrație publică și apărare"),
            ("P", "Education", "Învățământ"),
            ("Q", "Health and social care", "Sănătate și asistență socială"),
            ("R", "Arts and recreation", "Activități culturale și recreative"),
            ("S", "Other services", "Alte servicii"),
            ("T", "Households as employers", "Gospodării ca angajatori"),
            ("U", "International organisations", "Organizații internaționale"),
        ),
    ),
}  # fmt: skip
"""key -> English name, Romanian name, whether the first item is the default, items. Industry: sections of NACE Rev. 2."""


def shipped_lists() -> Iterator[tuple[str, Row]]:
    """Yield (entity, values) of every list and item, lists first; the same ids in every installation."""
    for key, (en, ro, _, _) in LISTS.items():
        yield "pick_list", {"id": list_id(key), "key": key, "label_en": en, "label_ro": ro}
    for key, (_, _, has_default, items) in LISTS.items():
        for place, (item, en, ro) in enumerate(items):
            values: Row = {"list_id": list_id(key), "key": item, "label_en": en, "label_ro": ro, "position": place * 10}
            yield "pick_list_item", {**values, "id": item_id(key, item), "is_default": has_default and place == 0}


def list_id(key: str) -> str:
    """Return the id of a shipped list."""
    return derived_id("pick_list", key)


def item_id(key: str, item: str) -> str:
    """Return the id of a shipped item."""
    return derived_id("pick_list_item", key, item)
