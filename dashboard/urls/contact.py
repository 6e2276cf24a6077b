"""The addresses of Contacts."""

from django.urls import path

from dashboard.views import contact_acts, contacts, merging
from tenants.models import Consent

CONSENTS = {"recusa": Consent.Decision.OPT_OUT, "aceite": Consent.Decision.OPT_IN}

urlpatterns = [
    path("contatos/", contacts.contact_list, name="contacts"),
    path("contatos/unioes/", merging.merge_list, name="merges"),
    path("contatos/unioes/<int:proposal_id>/", merging.merge_detail, name="merge"),
    path("contatos/unioes/<int:proposal_id>/mesma-pessoa/", merging.merge_join, name="merge_join"),
    path("contatos/unioes/<int:proposal_id>/duas-pessoas/", merging.merge_keep_apart, name="merge_keep_apart"),
    path("contatos/unioes/feitas/<int:merge_id>/desfazer/", merging.merge_undo, name="merge_undo"),
    path("contatos/<int:contact_id>/", contacts.contact_detail, name="contact"),
    path("contatos/<int:contact_id>/historico/", contacts.contact_history, name="contact_history"),
    path("contatos/<int:contact_id>/mudar/", contacts.contact_edit, name="contact_edit"),
    path("contatos/<int:contact_id>/exportar/", contact_acts.export, name="contact_export"),
    path("contatos/<int:contact_id>/bloquear/", contact_acts.block, name="contact_block"),
    path("contatos/<int:contact_id>/desbloquear/", contact_acts.unblock, name="contact_unblock"),
    path("contatos/<int:contact_id>/apagar/", contact_acts.erase, name="contact_erase"),
    *(
        path(
            f"contatos/<int:contact_id>/{word}/",
            contacts.contact_consent,
            {"decision": decision},
            name=f"contact_{decision}",
        )
        for word, decision in CONSENTS.items()
    ),
]
