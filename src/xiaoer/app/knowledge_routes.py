"""The staff's endpoints over a knowledge base."""

from fastapi import APIRouter

from xiaoer.app.knowledge import Knowledge
from xiaoer.channels.web import gaps
from xiaoer.channels.web import knowledge as articles
from xiaoer.channels.web import knowledge_imports as imports


def knowledge_routers(knowledge: Knowledge) -> list[APIRouter]:
    return [
        articles.router(knowledge.editor, knowledge.hindsight, knowledge.policy, knowledge.clock),
        imports.router(knowledge.importing),
        gaps.router(knowledge.asking.survey, knowledge.asking.pinboard, knowledge.clock),
    ]
