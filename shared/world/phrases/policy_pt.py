"""What Farol's policies say in Brazilian Portuguese."""

# ruff: noqa: E501 (a sentence reads best on one line)

from collections.abc import Mapping

PHRASES: Mapping[str, tuple[str, ...]] = {
    "title.returns": (
        "Política de devoluções",
        "Como funcionam as devoluções",
        "Devolver o que você comprou",
    ),
    "title.refunds": (
        "Política de reembolso",
        "Como pagamos reembolsos",
        "Receber o dinheiro de volta",
    ),
    "title.warranty": (
        "Política de garantia",
        "Termos da garantia",
        "Defeitos e consertos na garantia",
    ),
    "title.shipping": ("Política de envio", "Como os pacotes viajam", "Frete e transportadoras"),
    "title.privacy": (
        "Política de privacidade",
        "O que guardamos sobre você",
        "Seus dados na Farol",
    ),
    "title.loyalty": ("Programa de fidelidade", "Farol Vantagens", "O programa de pontos"),
    "title.claims": (
        "Diretório de reclamações",
        "Quem responde às reclamações",
        "Mesas de reclamação e responsáveis",
    ),
    "in_force": (
        "Versão {version}, em vigor desde {since}.",
        "Edição {version}. Vale a partir de {since}.",
    ),
    "superseded": (
        "Versão {version}, válida de {since} até {until}; foi substituída.",
        "Edição {version}. Valeu de {since} a {until} e não conta mais.",
    ),
    "intro.returns": (
        "Todo produto pertence a uma classe de devolução. A classe define o prazo, o desconto e onde o pacote é inspecionado.",
        "O tratamento de uma devolução depende da classe do produto, e não do preço.",
    ),
    "intro.refunds": (
        "Depois que a devolução passa pela inspeção, o dinheiro volta pelo mesmo caminho.",
        "Só pagamos o reembolso depois que o centro de inspeção confirma o estado da mercadoria.",
    ),
    "intro.warranty": (
        "A duração da garantia está no manual de cada produto; esta página trata do resto.",
        "Os manuais dizem por quanto tempo o produto tem cobertura. Aqui você vê como usá-la.",
    ),
    "intro.shipping": (
        "A Farol trabalha com várias transportadoras. Qual delas vai até você depende da rota.",
        "Os pacotes, na ida e na volta, são levados por transportadoras independentes.",
    ),
    "intro.privacy": (
        "Guardamos apenas o que a lei e o nosso trabalho exigem.",
        "Esta página diz o que é armazenado e por quanto tempo.",
    ),
    "intro.loyalty": (
        "Cada euro gasto vale um ponto. Os pontos definem o seu nível, e o nível define as vantagens.",
        "O seu nível depende dos pontos que estão na conta no dia do pedido.",
    ),
    "intro.claims": (
        "Se um pacote se perde ou chega avariado, uma das nossas mesas de reclamação assume o caso.",
        "Cada mesa de reclamação tem uma pessoa responsável, que dá a última palavra sobre o que é pago.",
    ),
    "class.window": (
        "Produtos da classe {name} podem ser devolvidos em até {value} após a entrega.",
        "Para a classe {name} o prazo é de {value}, contados da entrega.",
        "Classe {name}: aceitamos a devolução por {value} depois da entrega.",
    ),
    "class.fee": (
        "Na classe {name} fica retida uma taxa de reestocagem de {value}.",
        "Para a classe {name} descontamos {value} do preço como taxa de reestocagem.",
        "Reestocar produtos da classe {name} custa {value} do valor pago.",
    ),
    "class.centre": (
        "As devoluções da classe {name} são inspecionadas no centro {value}.",
        "O centro {value} recebe tudo o que é da classe {name}.",
        "Envie produtos da classe {name} para o centro {value}.",
    ),
    "class.members": (
        "Produto do tipo {category}: classe {value}.",
        "A classe {value} vale para todo produto do tipo {category}.",
        "Para o tipo {category}, conta a classe {value}.",
    ),
    "centre.courier": (
        "Quem coleta os pacotes para o centro {name} é a {value}.",
        "A {value} leva as devoluções até o centro {name}.",
        "A caminho do centro {name}, o seu pacote viaja com a {value}.",
    ),
    "courier.days": (
        "A {name} entrega em até {value}.",
        "Conte com {value} para pacotes da {name}.",
        "Com a {name}, a viagem leva no máximo {value}.",
    ),
    "courier.liability": (
        "A {name} responde por até {value} por pacote.",
        "A responsabilidade da {name} termina em {value}.",
        "Se a {name} perder um pacote, paga-se no máximo {value}.",
    ),
    "courier.desk": (
        "Reclamações sobre a {name} vão para a mesa {value}.",
        "A mesa {value} cuida das queixas sobre a {name}.",
        "Se a culpa for da {name}, procure a mesa {value}.",
    ),
    "desk.lead": (
        "Quem responde pela mesa {name} é {value}.",
        "{value} comanda a mesa {name}.",
        "Na mesa {name}, quem decide é {value}.",
    ),
    "desk.hours": (
        "A mesa {name} responde em até {value}.",
        "Espere a resposta da mesa {name} em no máximo {value}.",
    ),
    "lead.extension": (
        "{name} atende no ramal {value}.",
        "Disque o ramal {value} para falar com {name}.",
        "O ramal de {name} é {value}.",
    ),
    "tier.points": (
        "O nível {name} começa em {value}.",
        "Você chega ao nível {name} com {value}.",
        "A partir de {value}, você está no nível {name}.",
    ),
    "tier.extra_days": (
        "Clientes do nível {name} ganham {value} a mais para devolver.",
        "O nível {name} acrescenta {value} ao prazo de devolução de qualquer classe.",
    ),
    "tier.discount": (
        "No nível {name}, a taxa de reestocagem cai {value}.",
        "Quem está no nível {name} deixa de pagar {value} da taxa de reestocagem.",
    ),
    "tier.free_shipping": (
        "Para o nível {name}, o frete é grátis em pedidos a partir de {value}.",
        "Quem está no nível {name} não paga frete quando o pedido chega a {value}.",
    ),
    "refund.card": (
        "O reembolso no cartão cai em até {value}.",
        "O crédito no cartão leva no máximo {value}.",
    ),
    "refund.transfer": (
        "A transferência bancária leva {value}.",
        "Reembolsos por transferência bancária precisam de {value}.",
    ),
    "refund.wallet": (
        "O dinheiro volta para a carteira digital em até {value}.",
        "Carteiras digitais recebem o crédito em {value}.",
    ),
    "refund.voucher": (
        "O vale-compra é emitido em até {value}.",
        "Se você preferir um vale-compra, ele sai em {value}.",
    ),
    "refund.shipping_back": (
        "Do frete pago, {value} é devolvido quando o pedido inteiro volta.",
        "Quando o pedido completo é devolvido, também reembolsamos {value} do frete.",
    ),
    "warranty.notice": (
        "Comunique o defeito em até {value} depois de percebê-lo.",
        "O defeito deve ser comunicado no máximo {value} depois de aparecer.",
    ),
    "warranty.extra": (
        "O cadastro do produto pela internet aumenta a cobertura em {value}.",
        "Cadastre o produto no site e a garantia dura mais {value}.",
    ),
    "warranty.repair": (
        "O conserto leva no máximo {value}; depois disso o produto é trocado.",
        "Se o conserto não terminar em {value}, você recebe um produto novo.",
    ),
    "shipping.cutoff": (
        "Pedidos feitos antes das {value} saem no mesmo dia.",
        "O que é pedido até as {value} é despachado no mesmo dia.",
    ),
    "privacy.invoices": (
        "Notas fiscais ficam guardadas por {value}.",
        "Armazenamos notas fiscais por {value}.",
    ),
    "privacy.chats": (
        "As mensagens do chat são apagadas depois de {value}.",
        "As conversas no chat ficam guardadas por {value}.",
    ),
    "privacy.calls": (
        "As gravações de chamadas somem depois de {value}.",
        "As ligações são gravadas e mantidas por {value}.",
    ),
    "privacy.browsing": (
        "O seu histórico de navegação é apagado depois de {value}.",
        "O que você viu no site fica na memória por {value}.",
    ),
    "privacy.request": (
        "Pedidos de cópia dos seus dados são respondidos em até {value}.",
        "Peça os seus dados e eles chegam em {value}.",
    ),
    "padding": (
        "Nada aqui limita os direitos que a lei garante a você.",
        "Se duas versões desta página divergirem, vale a que estava em vigor no dia do pedido.",
        "Os funcionários da loja não podem abrir exceções.",
        "Guarde o comprovante; ele agiliza tudo.",
        "Clientes empresariais podem ter combinado outras condições por escrito.",
        "A palavra “dia” significa dia corrido, salvo indicação em contrário.",
    ),
    "cutoff": ("{hour}h",),
}
