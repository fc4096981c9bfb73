"""The kinds of product Farol sells, and what can be measured, maintained and broken in each."""

from dataclasses import dataclass

from shared.world.model import Gender


@dataclass(frozen=True)
class Measure:
    """A property and the range its whole-number values come from; ``places`` divides by ten."""

    attribute: str
    unit: str
    low: int
    high: int
    step: int
    places: int = 0


@dataclass(frozen=True)
class Category:
    """A kind of product: nouns in both languages, properties, jobs, faults, prices in reais."""

    key: str
    noun_en: str
    noun_pt: str
    gender: Gender
    price: tuple[int, int]
    measures: tuple[Measure, ...]
    jobs: tuple[str, ...]
    causes: tuple[str, ...]


POWER = Measure("power", "W", 20, 90, 1)
HEATING = Measure("power", "W", 800, 2400, 10)
NOISE = Measure("noise", "dB", 28, 74, 1)
WEIGHT = Measure("weight", "kg", 11, 98, 1, places=1)
LIGHT_WEIGHT = Measure("weight", "g", 140, 890, 5)
RUNTIME = Measure("battery_life", "min", 45, 340, 5)
CHARGE = Measure("charging_time", "min", 50, 290, 5)
CAPACITY = Measure("capacity", "l", 8, 62, 1, places=1)
COVERAGE = Measure("coverage", "m²", 12, 140, 1)
CABLE = Measure("cable_length", "m", 9, 32, 1, places=1)
RANGE = Measure("wireless_range", "m", 8, 60, 1)

CATEGORIES = (
    Category(
        "robot_vacuum", "robot vacuum", "robô aspirador", "m", (900, 3800),
        (POWER, NOISE, WEIGHT, RUNTIME, CHARGE, COVERAGE),
        ("empty_bin", "wash_filter", "clean_brush", "wipe_sensors"),
        ("brush_blocked", "filter_clogged", "battery_low", "sensor_dirty", "overheated"),
    ),
    Category(
        "coffee_machine", "coffee machine", "cafeteira", "f", (350, 2900),
        (HEATING, NOISE, WEIGHT, CAPACITY, CABLE),
        ("descale", "clean_tray", "replace_seal", "wash_tank"),
        ("scale", "tank_empty", "pump_blocked", "overheated", "lid_open"),
    ),
    Category(
        "air_purifier", "air purifier", "purificador de ar", "m", (500, 2600),
        (POWER, NOISE, WEIGHT, COVERAGE, CABLE),
        ("replace_filter", "wipe_sensors", "dust_grille"),
        ("filter_clogged", "fan_blocked", "sensor_dirty", "lid_open"),
    ),
    Category(
        "blender", "blender", "liquidificador", "m", (150, 980),
        (HEATING, NOISE, WEIGHT, CAPACITY, CABLE),
        ("sharpen_blades", "replace_seal", "wash_tank"),
        ("overheated", "lid_open", "blade_stuck", "voltage_low"),
    ),
    Category(
        "kettle", "kettle", "chaleira elétrica", "f", (120, 620),
        (HEATING, WEIGHT, CAPACITY, CABLE, NOISE),
        ("descale", "wash_filter", "wipe_sensors"),
        ("scale", "tank_empty", "lid_open", "voltage_low"),
    ),
    Category(
        "heater", "space heater", "aquecedor", "m", (180, 1400),
        (HEATING, NOISE, WEIGHT, COVERAGE, CABLE),
        ("dust_grille", "wash_filter", "check_plug"),
        ("overheated", "fan_blocked", "tilted", "voltage_low"),
    ),
    Category(
        "tower_fan", "tower fan", "ventilador de torre", "m", (200, 990),
        (POWER, NOISE, WEIGHT, COVERAGE, CABLE),
        ("dust_grille", "oil_bearing", "check_plug"),
        ("fan_blocked", "tilted", "remote_lost", "voltage_low"),
    ),
    Category(
        "speaker", "smart speaker", "caixa de som inteligente", "f", (220, 1900),
        (POWER, LIGHT_WEIGHT, RUNTIME, CHARGE, RANGE),
        ("update_firmware", "clean_contacts", "dust_grille"),
        ("network_lost", "battery_low", "pairing_failed", "overheated"),
    ),
    Category(
        "headphones", "wireless headset", "fone de ouvido", "m", (250, 2400),
        (LIGHT_WEIGHT, RUNTIME, CHARGE, RANGE),
        ("replace_pads", "clean_contacts", "update_firmware"),
        ("pairing_failed", "battery_low", "firmware_old", "network_lost"),
    ),
    Category(
        "router", "mesh router", "roteador mesh", "m", (280, 1700),
        (POWER, LIGHT_WEIGHT, COVERAGE, RANGE),
        ("update_firmware", "dust_grille", "restart"),
        ("network_lost", "firmware_old", "overheated", "pairing_failed"),
    ),
    Category(
        "lamp", "smart lamp", "luminária inteligente", "f", (90, 780),
        (POWER, LIGHT_WEIGHT, RANGE, CABLE),
        ("update_firmware", "clean_contacts", "wipe_sensors"),
        ("network_lost", "voltage_low", "sensor_dirty", "pairing_failed"),
    ),
    Category(
        "projector", "projector", "projetor", "m", (900, 5200),
        (POWER, NOISE, WEIGHT, RANGE, CABLE),
        ("wash_filter", "dust_grille", "update_firmware"),
        ("overheated", "fan_blocked", "remote_lost", "filter_clogged"),
    ),
    Category(
        "dehumidifier", "dehumidifier", "desumidificador", "m", (450, 2300),
        (POWER, NOISE, WEIGHT, CAPACITY, COVERAGE),
        ("empty_tank", "wash_filter", "dust_grille"),
        ("tank_full", "fan_blocked", "filter_clogged", "tilted"),
    ),
    Category(
        "rice_cooker", "rice cooker", "panela elétrica de arroz", "f", (160, 890),
        (HEATING, WEIGHT, CAPACITY, CABLE),
        ("replace_seal", "clean_tray", "wipe_sensors"),
        ("overheated", "lid_open", "sensor_dirty", "voltage_low"),
    ),
    Category(
        "doorbell", "video doorbell", "campainha com câmera", "f", (260, 1500),
        (POWER, LIGHT_WEIGHT, RUNTIME, CHARGE, RANGE),
        ("update_firmware", "wipe_sensors", "clean_contacts"),
        ("network_lost", "battery_low", "sensor_dirty", "firmware_old"),
    ),
    Category(
        "cordless_vacuum", "cordless vacuum cleaner", "aspirador vertical", "m", (400, 2700),
        (POWER, NOISE, WEIGHT, RUNTIME, CHARGE),
        ("empty_bin", "wash_filter", "clean_brush"),
        ("brush_blocked", "filter_clogged", "battery_low", "overheated"),
    ),
)  # fmt: skip

BY_KEY = {category.key: category for category in CATEGORIES}

REMEDIES = {
    "brush_blocked": "clear_brush",
    "filter_clogged": "change_filter",
    "battery_low": "charge",
    "sensor_dirty": "wipe",
    "overheated": "cool_down",
    "scale": "run_descaling",
    "tank_empty": "fill_tank",
    "tank_full": "pour_out",
    "pump_blocked": "rinse_pump",
    "lid_open": "close_lid",
    "fan_blocked": "free_fan",
    "blade_stuck": "free_blade",
    "voltage_low": "other_socket",
    "tilted": "level_surface",
    "remote_lost": "new_batteries",
    "network_lost": "reconnect",
    "pairing_failed": "reset",
    "firmware_old": "update",
}
