"""All cheats, and the fifth of each class that every test run tries."""

from tests.redteam.beyond import BEYOND
from tests.redteam.cheat import CLASSES
from tests.redteam.claims import CLAIMS
from tests.redteam.inside import INSIDE
from tests.redteam.models import ASKING_CHEATS
from tests.redteam.outside import OUTSIDE
from tests.redteam.surroundings import SURROUNDINGS
from tests.redteam.unseen import UNSEEN

OWN = (*INSIDE, *OUTSIDE, *BEYOND)
CHEATS = (*OWN, *SURROUNDINGS, *UNSEEN, *CLAIMS, *ASKING_CHEATS)
QUICK = tuple(
    cheat for letter in CLASSES for cheat in [c for c in CHEATS if c.letter == letter][::5]
)
