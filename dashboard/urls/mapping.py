"""The pages of templates' life: who says what, and what became of it."""

from django.urls import path

from dashboard.views import mappings, template_results

urlpatterns = [
    path("modelos/mapeamentos/", mappings.mapping_list, name="template_mappings"),
    path("modelos/mapeamentos/editar/", mappings.mapping_edit, name="template_mapping_edit"),
    path("modelos/mapeamentos/<int:mapping_id>/remover/", mappings.mapping_remove, name="template_mapping_remove"),
    path("modelos/<int:template_id>/resultados/", template_results.template_results, name="template_results"),
    path("modelos/<int:template_id>/resultados/contar/", template_results.count_at_meta, name="template_count_at_meta"),
]
