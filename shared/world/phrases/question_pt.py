"""What people ask Farol in Brazilian Portuguese: plainly, and in words the documents do not use."""

# ruff: noqa: E501 (a sentence reads best on one line)

from collections.abc import Mapping

DIRECT: Mapping[str, tuple[str, ...]] = {
    "power": (
        "Qual é o consumo de energia {do} {product}?",
        "Quantos watts {o} {product} consome?",
    ),
    "noise": ("Qual é o nível de ruído {do} {product}?", "Quantos decibéis {o} {product} faz?"),
    "weight": ("Qual é o peso {do} {product}?", "Quanto pesa {o} {product}?"),
    "battery_life": (
        "Qual é a duração da bateria {do} {product}?",
        "Quanto tempo dura a bateria {do} {product}?",
    ),
    "charging_time": (
        "Qual é o tempo de recarga {do} {product}?",
        "Quanto tempo {o} {product} leva para carregar?",
    ),
    "capacity": ("Qual é a capacidade {do} {product}?", "Quantos litros cabem {no} {product}?"),
    "coverage": (
        "Que área {o} {product} atende?",
        "Para ambientes de que tamanho serve {o} {product}?",
    ),
    "cable_length": (
        "Qual é o comprimento do cabo {do} {product}?",
        "Quanto mede o fio {do} {product}?",
    ),
    "wireless_range": (
        "Qual é o alcance sem fio {do} {product}?",
        "Até que distância vai o sinal sem fio {do} {product}?",
    ),
    "warranty": (
        "De quanto tempo é a garantia {do} {product}?",
        "Por quantos meses {o} {product} tem cobertura?",
    ),
    "clearance": (
        "De quanto espaço livre {o} {product} precisa?",
        "A que distância da parede deve ficar {o} {product}?",
    ),
    "max_temperature": (
        "Até que temperatura ambiente {o} {product} pode funcionar?",
        "Qual é a temperatura máxima para {o} {product}?",
    ),
    "upkeep": (
        "De quanto em quanto tempo é preciso fazer isto {no} {product}: {job}?",
        "Qual é o intervalo desta tarefa {no} {product}: {job}?",
    ),
    "cause": (
        "O que significa o código de erro {code}?",
        "Por que o visor mostra {code}?",
        "O que há de errado quando aparece {code}?",
    ),
    "remedy": ("O que devo fazer com o erro {code}?", "Como resolvo o {code}?"),
    "setting": (
        "Qual é o valor de fábrica de {name} {no} {product}?",
        "Quanto fica {name} {no} {product} depois de um reset?",
    ),
    "support_url": (
        "Onde baixo as instruções {do} {product}?",
        "Qual é o endereço de suporte {do} {product}?",
    ),
    "window": (
        "Em quantos dias produtos da classe {name} podem ser devolvidos?",
        "Qual é o prazo de devolução da classe {name}?",
    ),
    "fee": (
        "Qual é a taxa de reestocagem da classe {name}?",
        "Quanto se desconta para reestocar a classe {name}?",
    ),
    "centre": (
        "Qual centro inspeciona as devoluções da classe {name}?",
        "Para onde vão os produtos da classe {name}?",
    ),
    "class": (
        "A que classe de devolução pertence o tipo “{name}”?",
        "Qual é a classe de devolução do tipo “{name}”?",
    ),
    "courier": (
        "Qual transportadora coleta os pacotes para o centro {name}?",
        "Quem leva as devoluções ao centro {name}?",
    ),
    "delivery": ("Em quantos dias a {name} entrega?", "Quanto tempo a {name} leva para entregar?"),
    "liability": (
        "Até que valor a {name} responde?",
        "Qual é o limite de responsabilidade da {name}?",
    ),
    "desk": (
        "Qual mesa cuida das reclamações sobre a {name}?",
        "Para onde vão as queixas sobre a {name}?",
    ),
    "lead": ("Quem comanda a mesa {name}?", "Quem responde pela mesa {name}?"),
    "answer_time": (
        "Em quantas horas a mesa {name} responde?",
        "Em quanto tempo a mesa {name} dá resposta?",
    ),
    "extension": ("Qual é o ramal de {name}?", "Em que ramal encontro {name}?"),
    "threshold": (
        "De quantos pontos precisa o nível {name}?",
        "A partir de quantos pontos se entra no nível {name}?",
    ),
    "extra_days": (
        "Quantos dias a mais para devolver tem o nível {name}?",
        "Em quanto o nível {name} aumenta o prazo de devolução?",
    ),
    "fee_discount": (
        "Em quanto cai a taxa de reestocagem no nível {name}?",
        "Que desconto na taxa de reestocagem dá o nível {name}?",
    ),
    "free_shipping": (
        "A partir de que valor o frete é grátis no nível {name}?",
        "Quando o nível {name} não paga frete?",
    ),
    "refund_days.card": ("Quanto tempo leva o reembolso no cartão?",),
    "refund_days.transfer": ("Quanto tempo leva o reembolso por transferência bancária?",),
    "refund_days.wallet": ("Em quanto tempo o reembolso cai na carteira digital?",),
    "refund_days.voucher": ("Em quanto tempo sai o vale-compra?",),
    "shipping_back": ("Que parte do frete é devolvida quando o pedido inteiro volta?",),
    "notice": ("Em quantos dias um defeito precisa ser comunicado?",),
    "registration_bonus": ("Quantos meses o cadastro no site acrescenta à garantia?",),
    "repair_time": ("Quanto tempo pode levar um conserto na garantia?",),
    "cutoff": ("Até que horas um pedido sai no mesmo dia?",),
    "retention.invoices": ("Por quanto tempo as notas fiscais ficam guardadas?",),
    "retention.chats": ("Por quanto tempo as mensagens do chat ficam guardadas?",),
    "retention.calls": ("Por quanto tempo as gravações de chamadas ficam guardadas?",),
    "retention.browsing": ("Por quanto tempo o meu histórico de navegação fica guardado?",),
    "data_request": ("Em quanto tempo recebo uma cópia dos meus dados?",),
}

PARAPHRASE: Mapping[str, tuple[str, ...]] = {
    "power": (
        "{O} {product} vai pesar na conta de luz? Quanto puxa da tomada?",
        "{O} {product} gasta muita eletricidade?",
    ),
    "noise": (
        "Dá para dormir ao lado {do} {product}?",
        "{O} {product} é silencios{oa} mesmo? Quanto de barulho?",
    ),
    "weight": (
        "É difícil carregar {o} {product} escada acima?",
        "Minha avó consegue levantar {o} {product}?",
    ),
    "battery_life": (
        "Se eu tirar {o} {product} da tomada, até quando aguenta?",
        "Quanto tempo consigo usar {o} {product} sem fio?",
    ),
    "charging_time": (
        "{Meu} {product} descarregou. Quando posso usar de novo?",
        "Em quanto tempo {o} {product} fica com a bateria cheia?",
    ),
    "capacity": (
        "Quanto dá para colocar dentro {do} {product}?",
        "Que volume cabe {no} {product} de uma vez?",
    ),
    "coverage": (
        "Meu apartamento é grande demais para {o} {product}?",
        "{O} {product} dá conta de uma sala de que tamanho?",
    ),
    "cable_length": (
        "Minha tomada fica longe. O fio {do} {product} alcança?",
        "A que distância da tomada preciso deixar {o} {product}?",
    ),
    "wireless_range": (
        "Até onde posso ir antes que {o} {product} desconecte?",
        "{O} {product} funciona a dois cômodos de distância?",
    ),
    "warranty": (
        "Se {meu} {product} quebrar, até quando o conserto é de graça?",
        "Por quanto tempo estou protegido se {o} {product} der defeito?",
    ),
    "clearance": (
        "Posso encostar {o} {product} no armário?",
        "Quanto de folga devo deixar em volta {do} {product}?",
    ),
    "max_temperature": (
        "Existe um calor em que não posso ligar {o} {product}?",
        "{O} {product} aguenta uma onda de calor?",
    ),
    "upkeep": (
        "Tenho preguiça: de quanto em quanto tempo, no mínimo, preciso cuidar disto {no} {product}: {job}?",
    ),
    "window": (
        "Recebi faz um tempo uma coisa da classe {name}. Até quando ainda posso mandar de volta?",
    ),
    "fee": ("Quanto eu perco se devolver algo da classe {name}?",),
    "centre": ("Onde abrem o meu pacote se o que está dentro é da classe {name}?",),
    "delivery": ("Se é a {name} que traz minha encomenda, quanta paciência preciso ter?",),
    "liability": ("Minha encomenda sumiu com a {name}. Quanto posso receber, no máximo?",),
    "desk": ("A {name} quebrou minha encomenda. Com quem eu falo?",),
    "lead": ("De quem é a palavra final na {name}?",),
    "answer_time": ("Escrevi para a {name}. Quando devo ter notícia?",),
    "threshold": ("Quanto preciso juntar para virar {name}?",),
    "extra_days": ("Sou {name}. Quanto tempo a mais tenho para mandar as coisas de volta?",),
    "free_shipping": ("Sendo {name}, quanto preciso gastar para não pagar a entrega?",),
    "refund_days.card": ("Quando vejo o dinheiro de novo no meu Visa?",),
    "refund_days.transfer": ("Quando o dinheiro volta para a minha conta no banco?",),
    "shipping_back": ("Vou mandar tudo de volta. Quanto da entrega eu recupero?",),
    "notice": ("Minha máquina pifou há dois dias. Até quando posso avisar vocês?",),
    "registration_bonus": ("Ganho alguma coisa se registrar meu produto no site de vocês?",),
    "repair_time": ("Por quanto tempo a oficina pode ficar com a minha máquina?",),
    "cutoff": ("Até que hora posso comprar para sair ainda hoje?",),
    "retention.chats": ("Quando vocês esquecem o que digitei para os atendentes?",),
    "retention.calls": ("Por quanto tempo vocês guardam a minha voz ao telefone?",),
}

UNKNOWN: tuple[str, ...] = (
    "A Farol embrulha para presente? Quanto custa?",
    "Qual é o horário da loja da Farol no centro da cidade?",
    "Quem fundou a Farol?",
    "Posso pagar com criptomoeda?",
    "A Farol compra aparelhos usados?",
    "Quanto custa um cartão-presente enviado pelo correio?",
    "Estudante tem desconto na Farol?",
    "Qual seguradora cobre o depósito da Farol?",
    "Existe um aplicativo da Farol para relógio inteligente?",
    "A Farol planta árvores a cada pedido? Quantas?",
    "Quanto ganha um atendente da Farol?",
    "Posso receber minha encomenda num posto de gasolina?",
)
UNKNOWN_PRODUCT: tuple[str, ...] = (
    "Qual é {the_what} {do} {product}?",
    "Podem me informar {the_what} {do} {product}?",
)
HOPS: Mapping[str, tuple[str, str]] = {
    "class": ("a", "classe de devolução {de_x}"),
    "centre": ("o", "centro que inspeciona {x}"),
    "courier": ("a", "transportadora que coleta para {x}"),
    "desk": ("a", "mesa de reclamações responsável {por_x}"),
    "lead": ("a", "pessoa que comanda {x}"),
    "extension": ("o", "ramal {de_x}"),
    "window": ("o", "prazo de devolução {de_x}"),
    "fee": ("a", "taxa de reestocagem {de_x}"),
    "delivery": ("o", "prazo de entrega {de_x}"),
    "liability": ("o", "limite de responsabilidade {de_x}"),
    "answer_time": ("o", "tempo de resposta {de_x}"),
}
STARTS: Mapping[str, tuple[str, str]] = {
    "product": ("{o}", "{x}"),
    "category": ("o", "tipo “{x}”"),
    "class": ("a", "classe {x}"),
    "centre": ("o", "centro {x}"),
    "courier": ("a", "{x}"),
    "desk": ("a", "mesa {x}"),
    "lead": ("", "{x}"),
}
ASK: Mapping[str, str] = {"what": "Qual é {x}?", "who": "Quem é {x}?"}
REFUND: tuple[str, ...] = (
    "Tenho {points} pontos de fidelidade. Comprei {quantity} {product} a {price} cada e paguei {shipping} de frete; não havia mais nada no pedido. A entrega foi há {days} dias e vou devolver {returned}. Quanto recebo de volta?",
    "Um cliente com {points} pontos pagou {price} a unidade por {quantity} {product}, mais {shipping} de frete, e não pediu mais nada. {days} dias depois da entrega, devolve {returned}. Qual é o valor do reembolso?",
)
FOLLOW_UPS: Mapping[str, tuple[str, ...]] = {
    "what": ("E {the_what}?", "E qual é {the_what}?", "Certo. E {the_what}?"),
    "which": (
        "E {o} {product}?",
        "E no caso {do} {product}?",
        "A mesma pergunta para {o} {product}, por favor.",
    ),
    "points": ("E com {points} pontos?", "E se eu tivesse {points} pontos?"),
    "not": ("E se o cliente não for do nível {tier}?", "E para quem não está no nível {tier}?"),
}
STANDALONE: Mapping[str, str] = {
    "what": "Qual é {the_what} {do} {product}?",
    "points": "A que nível de fidelidade pertence um cliente com {points} pontos?",
    "not": "Qual é a taxa de reestocagem da classe {name} se o cliente não for do nível {tier}?",
    "tiered": "Que taxa de reestocagem quem é do nível {tier} paga na classe {name}?",
    "tiered_answer": "A classe {name} tem taxa de {fee}%, e o nível {tier} reduz essa taxa em {discount}%.",
    "tier_answer": "Seria o nível {tier}.",
}
ANSWERS: tuple[str, ...] = ("É de {value}.", "Segundo o manual, {value}.", "{value}.")
NOT = "não"
