"""The addresses of templates."""

from django.urls import path

from dashboard.views import template, template_editor, template_library, templates

ACTS = {
    "enviar": "submit",
    "descartar": "discard",
    "reativar": "unpause",
    "arquivar": "archive",
    "desarquivar": "unarchive",
    "excluir": "delete",
}

urlpatterns = [
    path("modelos/", templates.template_list, name="templates"),
    path("modelos/sincronizar/", templates.synchronise, name="templates_sync"),
    path("modelos/novo/", template_editor.new, name="template_new"),
    path("modelos/conferir/", template_editor.check, name="template_check"),
    path("modelos/biblioteca/", template_library.library_page, name="template_library"),
    path("modelos/biblioteca/criar/", template_library.create, name="template_library_create"),
    path("modelos/<int:template_id>/", template.detail, name="template"),
    path("modelos/<int:template_id>/editar/", template_editor.edit, name="template_edit"),
    path("modelos/<int:template_id>/testar/", template.send_test, name="template_test"),
    *(
        path(f"modelos/<int:template_id>/{word}/", template.act, {"name": name}, name=f"template_{name}")
        for word, name in ACTS.items()
    ),
]
