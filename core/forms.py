from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Our form templates; see templates/forms/."""
