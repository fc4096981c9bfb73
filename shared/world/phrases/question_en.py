"""What people ask Farol in English: plainly, and in words the documents do not use."""

# ruff: noqa: E501 (a sentence reads best on one line)

from collections.abc import Mapping

DIRECT: Mapping[str, tuple[str, ...]] = {
    "power": (
        "What is the power consumption of the {product}?",
        "How many watts does the {product} use?",
    ),
    "noise": (
        "What is the noise level of the {product}?",
        "How many decibels does the {product} make?",
    ),
    "weight": ("What is the weight of the {product}?", "How much does the {product} weigh?"),
    "battery_life": (
        "What is the battery life of the {product}?",
        "How long does the battery of the {product} last?",
    ),
    "charging_time": (
        "What is the charging time of the {product}?",
        "How long does the {product} take to charge?",
    ),
    "capacity": (
        "What is the capacity of the {product}?",
        "How many litres does the {product} hold?",
    ),
    "coverage": (
        "What area does the {product} cover?",
        "How large a room is the {product} meant for?",
    ),
    "cable_length": (
        "How long is the cable of the {product}?",
        "What is the cable length of the {product}?",
    ),
    "wireless_range": (
        "What is the wireless range of the {product}?",
        "How far does the wireless signal of the {product} reach?",
    ),
    "warranty": (
        "How long is the warranty of the {product}?",
        "For how many months is the {product} covered?",
    ),
    "clearance": (
        "How much free space does the {product} need?",
        "How far from the wall must the {product} stand?",
    ),
    "max_temperature": (
        "Up to what room temperature may the {product} be used?",
        "What is the highest temperature for the {product}?",
    ),
    "upkeep": (
        "How often should I {job} on the {product}?",
        "At what interval must I {job} (the {product})?",
    ),
    "cause": (
        "What does error code {code} mean?",
        "Why does the display show {code}?",
        "What is wrong when {code} appears?",
    ),
    "remedy": ("What should I do about error {code}?", "How do I get rid of {code}?"),
    "setting": (
        "What is the factory value of {name} on the {product}?",
        "What is {name} set to on the {product} after a reset?",
    ),
    "support_url": (
        "Where can I download instructions for the {product}?",
        "What is the support address for the {product}?",
    ),
    "window": (
        "Within how many days can goods in class {name} be returned?",
        "What is the return window of class {name}?",
    ),
    "fee": (
        "What is the restocking fee for class {name}?",
        "How much is deducted for restocking class {name}?",
    ),
    "centre": (
        "Which centre inspects returns in class {name}?",
        "Where do goods in class {name} go for inspection?",
    ),
    "class": (
        "Which return class does {a} {name} belong to?",
        "What is the return class of {a} {name}?",
    ),
    "courier": (
        "Which courier collects parcels for the {name} centre?",
        "Who carries returns to the {name} centre?",
    ),
    "delivery": (
        "Within how many days does {name} deliver?",
        "How long does {name} take to deliver?",
    ),
    "liability": ("Up to what amount is {name} liable?", "What is the liability limit of {name}?"),
    "desk": ("Which desk handles claims about {name}?", "Where do complaints about {name} go?"),
    "lead": ("Who leads the {name} desk?", "Who is in charge of the {name} desk?"),
    "answer_time": (
        "Within how many hours does the {name} desk answer?",
        "How fast does the {name} desk reply?",
    ),
    "extension": ("What is the extension of {name}?", "On which extension can I reach {name}?"),
    "threshold": (
        "How many points does the {name} tier need?",
        "From how many points is one in the {name} tier?",
    ),
    "extra_days": (
        "How many more days to return do {name} members get?",
        "By how much does the {name} tier extend the return window?",
    ),
    "fee_discount": (
        "By how much is the restocking fee reduced in the {name} tier?",
        "What discount on the restocking fee does {name} give?",
    ),
    "free_shipping": (
        "From what amount is shipping free for {name}?",
        "When do {name} members pay no shipping?",
    ),
    "refund_days.card": ("How long does a refund to a card take?",),
    "refund_days.transfer": ("How long does a refund by bank transfer take?",),
    "refund_days.wallet": ("How long until a digital wallet is credited with a refund?",),
    "refund_days.voucher": ("How long does it take to get a voucher?",),
    "shipping_back": ("What share of the shipping is refunded when the whole order is returned?",),
    "notice": ("Within how many days must a fault be reported?",),
    "registration_bonus": ("By how many months does online registration extend the warranty?",),
    "repair_time": ("How long may a repair under warranty take?",),
    "cutoff": ("Until what time are orders shipped on the same day?",),
    "retention.invoices": ("For how long are invoices kept?",),
    "retention.chats": ("For how long are chat messages kept?",),
    "retention.calls": ("For how long are recordings of calls kept?",),
    "retention.browsing": ("For how long is my browsing history kept?",),
    "data_request": ("How long does it take to get a copy of my data?",),
}

PARAPHRASE: Mapping[str, tuple[str, ...]] = {
    "power": (
        "How thirsty for electricity is my {product}?",
        "Will the {product} show on my electricity bill? How much current draw are we talking about?",
    ),
    "noise": (
        "Can I sleep next to the {product}, or is it too loud?",
        "How quiet is the {product} really?",
    ),
    "weight": (
        "Is the {product} heavy to lift?",
        "Can my grandmother carry the {product} upstairs? How heavy is it?",
    ),
    "battery_life": (
        "When will the {product} die on me if I unplug it?",
        "How much time do I get out of the {product} before it has to go back on its dock?",
    ),
    "charging_time": (
        "My {product} is flat. When can I use it again?",
        "How soon is an empty {product} ready to go?",
    ),
    "capacity": (
        "How much can I pour into the {product}?",
        "What volume fits in the {product} at once?",
    ),
    "coverage": (
        "Is my flat too big for the {product}?",
        "How big a living room can the {product} deal with?",
    ),
    "cable_length": (
        "My socket is far away. Will the lead of the {product} reach?",
        "How close to an outlet do I have to put the {product}?",
    ),
    "wireless_range": (
        "How far can I walk away before the {product} disconnects?",
        "Will the {product} work two rooms away?",
    ),
    "warranty": (
        "If my {product} breaks, until when is mending it free?",
        "How long am I protected if the {product} turns out to be faulty?",
    ),
    "clearance": (
        "Can I push the {product} right up against a cupboard?",
        "How much breathing room should I give the {product}?",
    ),
    "max_temperature": (
        "Is it ever too hot for me to run the {product}?",
        "Can the {product} cope with a heat wave?",
    ),
    "upkeep": (
        "What rhythm do you advise if I want to {job} on my {product}?",
        "I'm lazy: how rarely can I {job} on the {product}?",
    ),
    "window": (
        "I got something in class {name} a while ago. Until when can I still give it back?",
    ),
    "fee": ("What do I lose if I give back something in class {name}?",),
    "centre": ("Where is a parcel looked at if what's inside is class {name}?",),
    "delivery": ("If {name} brings my parcel, how patient do I have to be?",),
    "liability": ("My parcel vanished with {name}. What is the most I can get for it?",),
    "desk": ("{name} broke my parcel. Whom do I turn to?",),
    "lead": ("Whose word is final at {name}?",),
    "answer_time": ("I wrote to {name}. When can I expect to hear back?",),
    "threshold": ("How much do I have to collect to become {name}?",),
    "extra_days": ("I'm {name}. How much longer may I take to give things back?",),
    "free_shipping": ("As {name}, what do I have to spend to get postage for nothing?",),
    "refund_days.card": ("When will I see the money on my Visa again?",),
    "refund_days.transfer": ("When will the money be back in my bank account?",),
    "shipping_back": ("I'm sending everything back. How much of the postage do I get?",),
    "notice": ("My machine broke two days ago. How long can I wait before I tell you?",),
    "registration_bonus": ("Is there any benefit in signing my product up on your site?",),
    "repair_time": ("How long may your workshop keep my broken machine?",),
    "cutoff": ("How late in the day can I buy and still have it leave today?",),
    "retention.chats": ("When do you forget what I typed to your agents?",),
    "retention.calls": ("How long do you hold on to tapes of me on the phone?",),
}

UNKNOWN: tuple[str, ...] = (
    "Does Farol wrap presents, and what does it cost?",
    "What are the opening hours of Farol's shop in the city centre?",
    "Who founded Farol?",
    "Can I pay in cryptocurrency?",
    "Does Farol buy used appliances?",
    "How much is a gift card delivered by post?",
    "Do students get a discount at Farol?",
    "Which insurance company covers Farol's warehouse?",
    "Is there a Farol app for smart watches?",
    "Does Farol plant trees for each order, and how many?",
    "What is the salary of a Farol support agent?",
    "Can I have my parcel delivered to a petrol station?",
)
UNKNOWN_PRODUCT: tuple[str, ...] = (
    "What is {the_what} of the {product}?",
    "Can you tell me {the_what} of the {product}?",
)
HOPS: Mapping[str, tuple[str, str]] = {
    "class": ("the", "return class of {x}"),
    "centre": ("the", "centre that inspects {x}"),
    "courier": ("the", "courier that collects for {x}"),
    "desk": ("the", "claims desk responsible for {x}"),
    "lead": ("the", "lead of {x}"),
    "extension": ("the", "extension of {x}"),
    "window": ("the", "return window of {x}"),
    "fee": ("the", "restocking fee of {x}"),
    "delivery": ("the", "delivery time of {x}"),
    "liability": ("the", "liability limit of {x}"),
    "answer_time": ("the", "answer time of {x}"),
}
STARTS: Mapping[str, tuple[str, str]] = {
    "product": ("the", "{x}"),
    "category": ("a", "{x}"),
    "class": ("", "class {x}"),
    "centre": ("the", "{x} centre"),
    "courier": ("", "{x}"),
    "desk": ("the", "{x} desk"),
    "lead": ("", "{x}"),
}
ASK: Mapping[str, str] = {"what": "What is {x}?", "who": "Who is {x}?"}
REFUND: tuple[str, ...] = (
    "I have {points} loyalty points. I bought {quantity} {product} at {price} each and paid {shipping} for shipping; nothing else was in the order. It was delivered {days} days ago, and I'm sending back {returned}. How much do I get back?",
    "A customer with {points} points paid {price} apiece for {quantity} {product}, plus {shipping} shipping, and ordered nothing else. {days} days after delivery, {returned} of them come back. What is the refund?",
)
FOLLOW_UPS: Mapping[str, tuple[str, ...]] = {
    "what": ("And its {what}?", "What about its {what}?", "Okay. And {the_what}?"),
    "which": (
        "And the {product}?",
        "What about the {product}?",
        "Same question for the {product}, please.",
    ),
    "points": ("And with {points} points?", "What if I had {points} points?"),
    "not": ("And if the customer is not in {tier}?", "What if someone isn't in the {tier} tier?"),
}
STANDALONE: Mapping[str, str] = {
    "what": "What is {the_what} of the {product}?",
    "points": "Which loyalty tier does a customer with {points} points belong to?",
    "not": "What is the restocking fee for class {name} if the customer is not in the {tier} tier?",
    "tiered": "What restocking fee does a {tier} member pay for class {name}?",
    "tiered_answer": "Class {name} carries a fee of {fee}%, and {tier} reduces it by {discount}%.",
    "tier_answer": "That would be {tier}.",
}
ANSWERS: tuple[str, ...] = ("It's {value}.", "According to the manual, {value}.", "{value}.")
NOT = "not"
