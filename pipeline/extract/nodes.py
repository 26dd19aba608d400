"""The parse of a doc as plain objects: rules ask the same word for its relations again and again, and spaCy makes a new one each time."""

from dataclasses import dataclass, field

from spacy.tokens import Doc


@dataclass(slots=True, eq=False)
class Node:
    """One token, with spaCy's names for what it has. `idx` is its offset in the doc's text."""

    i: int
    idx: int
    text: str
    lower_: str
    lemma_: str
    tag_: str
    pos_: str
    dep_: str
    head: "Node" = field(init=False)
    children: list["Node"] = field(init=False)


def nodes_of(doc: Doc) -> list[Node]:
    """All tokens of a doc in order; `children` are in the order of the text."""
    tokens = list(doc)
    nodes = [
        Node(
            i=at,
            idx=token.idx,
            text=token.text,
            lower_=token.lower_,
            lemma_=token.lemma_,
            tag_=token.tag_,
            pos_=token.pos_,
            dep_=token.dep_,
        )
        for at, token in enumerate(tokens)
    ]
    for node in nodes:
        node.children = []
    for node, token in zip(nodes, tokens, strict=True):
        node.head = nodes[token.head.i]
        if node.head is not node:
            node.head.children.append(node)
    return nodes
