"""Small words of pipeline's templates."""

from django import template

from pipeline.playbooks import duty_words

register = template.Library()


@register.simple_tag
def duties(stage):
    """Who answers for a stage read through Playbooks: 销售代表 + 技术部."""
    return duty_words(stage)
