"""Form rendering: one template draws every field of the product."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Draws forms and fields with the project's components."""

    form_template_name = "components/forms/form.html"
    field_template_name = "components/forms/field.html"
