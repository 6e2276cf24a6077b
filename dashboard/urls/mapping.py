"""The pages of templates' life: who says what, and what became of it."""

from django.urls import path

from dashboard.views import mappings, template_results, template_variants

urlpatterns = [
    path("modelos/mapeamentos/", mappings.mapping_list, name="template_mappings"),
    path("modelos/mapeamentos/editar/", mappings.mapping_edit, name="template_mapping_edit"),
    path("modelos/mapeamentos/<int:mapping_id>/remover/", mappings.mapping_remove, name="template_mapping_remove"),
    path("modelos/mapeamentos/variantes/", template_variants.variant_list, name="template_variants"),
    path("modelos/mapeamentos/variantes/editar/", template_variants.variant_edit, name="template_variant_edit"),
    path(
        "modelos/mapeamentos/<int:mapping_id>/escolha/",
        template_variants.variant_switch,
        name="template_variant_switch",
    ),
    path("modelos/mapeamentos/<int:mapping_id>/voltar/", template_variants.variant_back, name="template_variant_back"),
    path("modelos/<int:template_id>/resultados/", template_results.template_results, name="template_results"),
    path("modelos/<int:template_id>/resultados/contar/", template_results.count_at_meta, name="template_count_at_meta"),
]
