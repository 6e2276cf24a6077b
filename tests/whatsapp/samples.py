"""One of every kind of content, as full as Meta lets it be: what every layer must take."""

from whatsapp.content import (
    Address,
    ButtonParameter,
    Buttons,
    CallPermissionRequest,
    Card,
    Carousel,
    Catalog,
    ContactCard,
    ContactRequest,
    Contacts,
    CtaUrl,
    Email,
    File,
    Flow,
    ListMessage,
    Location,
    LocationRequest,
    Name,
    Organization,
    Parameter,
    Phone,
    Product,
    ProductCard,
    ProductList,
    ProductSection,
    Reaction,
    ReplyButton,
    Row,
    Section,
    Template,
    TemplateCard,
    Text,
    Url,
    VoiceCall,
)

LINK = "https://example.com/f"
IMAGE = File("image", link=LINK)
REPLIES = tuple(ReplyButton(c * 256, c * 20) for c in "abc")
THIRTY = tuple(ProductSection(tuple(f"p{i}-{j}" for j in range(3)), f"{i} " + "x" * 22) for i in range(10))

PLAIN = {
    "text": Text("x" * 4096, preview_url=True),
    "image": File("image", link=LINK, caption="x" * 1024),
    "video": File("video", id="1"),
    "audio": File("audio", id="1", voice=True),
    "document": File("document", link=LINK, caption="Nota", filename="nota.pdf"),
    "sticker": File("sticker", id="1"),
    "location": Location(-23.5613, -46.6565, "MASP", "Av. Paulista, 1578"),
    "contacts": Contacts(
        (
            ContactCard(
                Name("Jana Souza", first_name="Jana", last_name="Souza"),
                (Phone("+55 11 98888-7777", "WORK", "5511988887777"),),
                (Email("jana@example.com", "WORK"),),
                (Url("https://example.com", "WORK"),),
                (Address("Rua Um, 1", "São Paulo", "SP", "01000-000", "Brasil", "br", "WORK"),),
                Organization("Studio Jana", "Salão", "Dona"),
                "1990-12-31",
            ),
        )
    ),
    "reaction": Reaction("wamid.1", "👍🏽"),
}
INTERACTIVE = {
    "button": Buttons("x" * 1024, REPLIES, "x" * 60, "x" * 60),
    "button_image": Buttons("oi", REPLIES[:1], IMAGE),
    "list": ListMessage(
        "x" * 4096,
        "x" * 20,
        tuple(Section((Row(f"{i}" + "r" * 199, "x" * 24, "x" * 72),), f"{i}" + "x" * 23) for i in range(10)),
        "Horários",
        "Até lá",
    ),
    "cta_url": CtaUrl("oi", "x" * 20, "https://example.com/v", File("document", id="1"), "Até lá"),
    "flow": Flow("oi", "x" * 30, flow_id="7", token="t", screen="FIRST", data={"name": "Ana"}, header="Cadastro"),
    "product": Product("77", "sku-1", "oi", "Até lá"),
    "product_list": ProductList("Produtos", "oi", "77", THIRTY, "Até lá"),
    "catalog_message": Catalog("oi", "sku-1", "Até lá"),
    "location_request_message": LocationRequest("Onde você está?"),
    "request_contact_info": ContactRequest("Qual é o seu telefone?"),
    "call_permission_request": CallPermissionRequest("Podemos ligar?"),
    "voice_call": VoiceCall("Fale com a gente", "Ligar", 60, "voucher-1"),
    "carousel": Carousel("oi", tuple(Card(IMAGE, "x\n" * 2 + "x" * 156, "Ver", LINK) for _ in range(10))),
    "carousel_buttons": Carousel("oi", tuple(Card(IMAGE, "", buttons=REPLIES) for _ in range(2))),
    "carousel_products": Carousel("oi", products=tuple(Product("77", f"sku-{i}") for i in range(2))),
}
TEMPLATES = {
    "positional": Template("aviso", "pt_BR", (Parameter("Ana"), Parameter("Corte")), (Parameter("Oi"),)),
    "named": Template("aviso", "pt_BR", (Parameter("Ana", "first_name"),)),
    "image": Template("aviso", "pt_BR", header=IMAGE),
    "video": Template("aviso", "pt_BR", header=File("video", id="1")),
    "document": Template("aviso", "pt_BR", header=File("document", link=LINK, filename="nota.pdf")),
    "location": Template("aviso", "pt_BR", header=Location(-23.5, -46.6, "MASP", "Av. Paulista")),
    "buttons": Template(
        "aviso",
        "pt_BR",
        buttons=(
            ButtonParameter(0, "quick_reply", "confirm:1"),
            ButtonParameter(1, "url", "abc"),
            ButtonParameter(2, "copy_code", "VERAO15"),
            ButtonParameter(3, "flow", "token", {"name": "Ana"}),
            ButtonParameter(4, "catalog", "sku-1"),
            ButtonParameter(5, "mpm", "sku-1", sections=THIRTY),
            ButtonParameter(6, "voice_call", "voucher-1", ttl_minutes=60),
        ),
    ),
    "code": Template(
        "codigo",
        "pt_BR",
        (Parameter("123456"),),
        buttons=(ButtonParameter(0, "url", "123456"),),
        category="AUTHENTICATION",
    ),
    "offer": Template("oferta", "pt_BR", header=IMAGE, offer_ends_ms=1_800_000_000_000),
    "carousel": Template(
        "vitrine",
        "pt_BR",
        (Parameter("Ana"),),
        cards=(
            TemplateCard(IMAGE, (Parameter("Corte"),), (ButtonParameter(0, "quick_reply", "more:1"),)),
            TemplateCard(IMAGE, (Parameter("Escova"),), (ButtonParameter(0, "url", "2"),)),
        ),
    ),
    "carousel_products": Template("vitrine", "pt_BR", cards=(TemplateCard(ProductCard("77", "sku-1")),)),
}
ALL = {
    **PLAIN,
    **{f"interactive_{name}": content for name, content in INTERACTIVE.items()},
    **{f"template_{name}": content for name, content in TEMPLATES.items()},
}
