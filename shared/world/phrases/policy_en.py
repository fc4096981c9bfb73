"""What Farol's policies say in English."""

# ruff: noqa: E501 (a sentence reads best on one line)

from collections.abc import Mapping

PHRASES: Mapping[str, tuple[str, ...]] = {
    "title.returns": ("Returns policy", "How returns work", "Returning what you bought"),
    "title.refunds": ("Refund policy", "How refunds are paid", "Getting your money back"),
    "title.warranty": ("Warranty policy", "Warranty terms", "Faults and repairs under warranty"),
    "title.shipping": ("Shipping policy", "How parcels travel", "Shipping and couriers"),
    "title.privacy": ("Privacy policy", "What we keep about you", "Your data at Farol"),
    "title.loyalty": ("Loyalty programme", "Farol rewards", "The points programme"),
    "title.claims": ("Claims directory", "Who answers claims", "Claims desks and their leads"),
    "in_force": (
        "Version {version}, in force since {since}.",
        "Edition {version}. It applies from {since}.",
    ),
    "superseded": (
        "Version {version}, valid from {since} until {until}; it has been superseded.",
        "Edition {version}. It applied from {since} to {until} and no longer counts.",
    ),
    "intro.returns": (
        "Every product belongs to a return class. The class decides how long you may take, what is deducted and where the parcel is inspected.",
        "How a return is handled depends on the class of the product, not on its price.",
    ),
    "intro.refunds": (
        "Once a return has passed inspection, the money goes back the way it came.",
        "We pay refunds only after the inspection centre has confirmed the state of the goods.",
    ),
    "intro.warranty": (
        "The length of the warranty is stated in the manual of each product; this page covers the rest.",
        "Manuals say how long a product is covered. Here you find how to use that cover.",
    ),
    "intro.shipping": (
        "Farol works with several couriers. Which of them comes to you depends on the route.",
        "Parcels, whether outgoing or coming back, are carried by independent couriers.",
    ),
    "intro.privacy": (
        "We keep no more than the law and our work require.",
        "This page says what is stored, and for how long.",
    ),
    "intro.loyalty": (
        "Each euro spent earns one point. Points decide your tier, and the tier decides your benefits.",
        "Your tier follows from the points on your account on the day of the order.",
    ),
    "intro.claims": (
        "If a parcel is lost or damaged, one of our claims desks takes over.",
        "Each claims desk has a lead, who has the last word on what is paid.",
    ),
    "class.window": (
        "Goods in class {name} may be sent back within {value} of delivery.",
        "For class {name} you have {value}, counted from the day of delivery.",
        "Class {name}: returns are accepted for {value} after delivery.",
    ),
    "class.fee": (
        "A restocking fee of {value} is kept for class {name}.",
        "For class {name} we deduct {value} of the price as a restocking fee.",
        "Restocking goods in class {name} costs {value} of what was paid for them.",
    ),
    "class.centre": (
        "Returns in class {name} are inspected at the {value} centre.",
        "The {value} centre receives whatever belongs to class {name}.",
        "Send goods in class {name} to the centre at {value}.",
    ),
    "class.members": (
        "{a} {category} belongs to class {value}.",
        "Class {value} applies to any {category}.",
        "For {a} {category}, class {value} is the one that counts.",
    ),
    "centre.courier": (
        "Parcels for the {name} centre are collected by {value}.",
        "{value} brings returned goods to the {name} centre.",
        "On the way to the {name} centre, your parcel travels with {value}.",
    ),
    "courier.days": (
        "{name} delivers within {value}.",
        "Allow {value} for parcels with {name}.",
        "With {name}, the journey takes up to {value}.",
    ),
    "courier.liability": (
        "{name} is liable for up to {value} a parcel.",
        "The liability of {name} ends at {value}.",
        "If {name} loses a parcel, at most {value} is paid.",
    ),
    "courier.desk": (
        "Claims about {name} go to the {value} desk.",
        "The {value} desk handles complaints about {name}.",
        "If {name} is at fault, turn to the {value} desk.",
    ),
    "desk.lead": (
        "The {name} desk is led by {value}.",
        "{value} is in charge of the {name} desk.",
        "At the {name} desk, {value} decides.",
    ),
    "desk.hours": (
        "The {name} desk answers within {value}.",
        "Expect a reply from the {name} desk in {value} at most.",
    ),
    "lead.extension": (
        "{name} can be reached on extension {value}.",
        "Dial extension {value} to speak to {name}.",
        "The extension of {name} is {value}.",
    ),
    "tier.points": (
        "The {name} tier starts at {value}.",
        "You reach {name} with {value}.",
        "From {value} on, you are in the {name} tier.",
    ),
    "tier.extra_days": (
        "Customers in the {name} tier get {value} more to return goods.",
        "{name} adds {value} to the return window of any class.",
    ),
    "tier.discount": (
        "In the {name} tier the restocking fee is reduced by {value}.",
        "{name} members are let off {value} of the restocking fee.",
    ),
    "tier.free_shipping": (
        "For {name}, shipping is free on orders from {value}.",
        "{name} members pay no shipping once the order reaches {value}.",
    ),
    "refund.card": (
        "Refunds to a card arrive within {value}.",
        "A card is credited after at most {value}.",
    ),
    "refund.transfer": ("A bank transfer takes {value}.", "Refunds by bank transfer need {value}."),
    "refund.wallet": (
        "Money returns to a digital wallet within {value}.",
        "Digital wallets are credited in {value}.",
    ),
    "refund.voucher": (
        "A voucher is issued within {value}.",
        "If you choose a voucher, you have it after {value}.",
    ),
    "refund.shipping_back": (
        "Of the shipping you paid, {value} is given back when the whole order is returned.",
        "When a complete order comes back, we also return {value} of the shipping charge.",
    ),
    "warranty.notice": (
        "Report a fault within {value} of noticing it.",
        "A fault has to be reported no later than {value} after it shows.",
    ),
    "warranty.extra": (
        "Registering the product online extends the cover by {value}.",
        "Register online and the warranty lasts {value} longer.",
    ),
    "warranty.repair": (
        "A repair takes at most {value}; after that the product is replaced.",
        "If a repair is not finished in {value}, you get a new product.",
    ),
    "shipping.cutoff": (
        "Orders placed before {value} leave the same day.",
        "What is ordered by {value} is shipped on the same day.",
    ),
    "privacy.invoices": ("Invoices are kept for {value}.", "We store invoices for {value}."),
    "privacy.chats": (
        "Chat messages are deleted after {value}.",
        "Conversations in the chat are held for {value}.",
    ),
    "privacy.calls": (
        "Recordings of calls disappear after {value}.",
        "Calls are recorded and kept for {value}.",
    ),
    "privacy.browsing": (
        "Your browsing history is erased after {value}.",
        "What you looked at on the site is remembered for {value}.",
    ),
    "privacy.request": (
        "Requests for a copy of your data are answered within {value}.",
        "Ask for your data and you will have it in {value}.",
    ),
    "padding": (
        "Nothing here limits the rights that the law gives you.",
        "If two versions of this page disagree, the one in force on the day of the order counts.",
        "Staff in the shop cannot grant exceptions.",
        "Please keep the receipt; it speeds everything up.",
        "Business customers may have agreed on other terms in writing.",
        "Words such as “day” mean calendar days unless stated otherwise.",
    ),
    "cutoff": ("{hour}:00",),
}
