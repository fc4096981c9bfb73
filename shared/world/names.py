"""Invented names: brands, models, people, streets of the mind. No real company is meant."""

from shared.world.model import Language
from shared.world.stream import Stream

HEADS = (
    "Vel", "Lum", "Cor", "Tal", "Bri", "Ner", "Zan", "Mir", "Fen", "Dor", "Kel", "Sav", "Ond",
    "Pra", "Jur", "Gal", "Rov", "Tev", "Hal", "Ild", "Ost", "Umb", "Nov", "Quil", "Bel", "Arv",
    "Dran", "Sol", "Fri", "Vor", "Elm", "Kas", "Lor", "Pel", "Rin", "Tor",
)  # fmt: skip
MIDDLES = ("a", "e", "i", "o", "u", "ari", "eno", "iva", "ola", "une", "ado", "eri", "ino", "osa")
TAILS = (
    "mora", "tek", "lis", "ra", "nova", "dine", "vex", "ron", "mar", "zo", "lux", "bra", "nix",
    "sen", "tia", "quo", "rix", "van", "dell", "pura", "fio", "ven", "lo", "met",
)  # fmt: skip
LINES = (
    "Brisa", "Aria", "Pico", "Nimbo", "Duna", "Faro", "Vento", "Lago", "Prisma", "Eco", "Orla",
    "Trama", "Cume", "Maré", "Ninho", "Pulso", "Raio", "Vila", "Zênite", "Atol", "Cedro", "Delta",
    "Farol", "Gota", "Ilha", "Jade", "Lume", "Miragem", "Norte", "Opala", "Quartzo", "Rumo",
    "Serra", "Tinta",
)  # fmt: skip
SUFFIXES = ("", "", "", " Plus", " Mini", " Pro", " S", " X", " Go")

FIRST_EN = (
    "Emma", "Liam", "Olivia", "Noah", "Grace", "Ethan", "Chloe", "Owen", "Sinead", "Declan",
    "Hannah", "Caleb", "Maeve", "Aidan", "Priya", "Marcus", "Tessa", "Julian", "Rosa", "Dylan",
    "Fiona", "Victor", "Naomi", "Conor", "Leah", "Walter", "Imani", "Patrick", "June", "Samuel",
)  # fmt: skip
LAST_EN = (
    "Byrne", "Walsh", "Turner", "Hughes", "Keane", "Doyle", "Foster", "Nolan", "Bennett",
    "Okafor", "Reyes", "Sullivan", "Parker", "Quinn", "Hayes", "Whitfield", "Moran", "Chen",
    "Patel", "Brennan", "Caldwell", "Fletcher", "Garrity", "Lindholm", "McKenna", "Osborne",
    "Rutledge", "Tierney",
)  # fmt: skip
FIRST_PT = (
    "Ana", "João", "Mariana", "Rafael", "Beatriz", "Thiago", "Camila", "Lucas", "Fernanda",
    "Gustavo", "Juliana", "Pedro", "Larissa", "Eduardo", "Patrícia", "Vinícius", "Débora",
    "Marcelo", "Tânia", "Rodrigo", "Luíza", "Caio", "Renata", "Otávio", "Helena", "Sérgio",
    "Isabela", "Murilo", "Cecília", "Davi",
)  # fmt: skip
LAST_PT = (
    "Silva", "Souza", "Oliveira", "Pereira", "Almeida", "Ferreira", "Rocha", "Carvalho", "Moura",
    "Teixeira", "Barros", "Nogueira", "Cardoso", "Freitas", "Assunção", "Queiroz", "Prado",
    "Leite", "Batista", "Siqueira", "Magalhães", "Falcão", "Tavares", "Coelho", "Drummond",
    "Araújo", "Vidal",
)  # fmt: skip
CITIES = {
    "BR": (
        "São Paulo", "Recife", "Curitiba", "Salvador", "Belo Horizonte", "Porto Alegre",
        "Fortaleza", "Florianópolis", "Goiânia", "Manaus", "Natal", "Vitória", "Campinas",
        "Belém",
    ),
    "IE": ("Dublin", "Cork", "Galway", "Limerick", "Waterford", "Kilkenny", "Sligo", "Wexford"),
    "US": (
        "Portland", "Austin", "Denver", "Columbus", "Raleigh", "Madison", "Tucson", "Boise",
        "Pittsburgh", "Savannah", "Omaha", "Providence",
    ),
}  # fmt: skip
HANDLES = (
    "blueheron", "casa", "nightowl", "maracuja", "tinroof", "correio", "oldoak", "girassol",
    "seabreeze", "pedraverde", "littlefox", "tucano", "harbour", "ipe.amarelo", "quietriver",
    "vagalume", "mapletree", "beijaflor", "northside", "caju",
)  # fmt: skip
HOSTS = ("mail.example", "post.example", "correio.example", "inbox.example")


def brand(draw: Stream) -> str:
    """Invent a maker's name, such as Velarimora."""
    return draw.pick(HEADS) + draw.pick(MIDDLES) + draw.pick(TAILS)


def model(draw: Stream) -> str:
    """Invent a model's name, such as Brisa 417 Plus."""
    return f"{draw.pick(LINES)} {draw.between(102, 998)}{draw.pick(SUFFIXES)}"


def person(draw: Stream, language: Language) -> str:
    """Invent a customer's full name."""
    first, last = (FIRST_PT, LAST_PT) if language == "pt" else (FIRST_EN, LAST_EN)
    family = draw.pick(last)
    if language == "pt" and draw.chance(40):
        family = f"{draw.pick([name for name in last if name != family])} {family}"
    return f"{draw.pick(first)} {family}"


def address(draw: Stream) -> str:
    """Invent an e-mail address that says nothing about the name."""
    return f"{draw.pick(HANDLES)}{draw.between(11, 989)}@{draw.pick(HOSTS)}"
