"""People of a company: who they are, what they may, who is invited."""

from django.urls import path

from dashboard.views import people

urlpatterns = [
    path("configuracoes/pessoas/", people.people_list, name="people"),
    path("configuracoes/pessoas/convidar/", people.invite, name="people_invite"),
    path("configuracoes/pessoas/segundo-fator/", people.second_factor, name="people_second_factor"),
    path("configuracoes/pessoas/<int:member_id>/papel/", people.change_role, name="member_role"),
    path("configuracoes/pessoas/<int:member_id>/remover/", people.remove, name="member_remove"),
    path("configuracoes/convites/<int:invitation_id>/cancelar/", people.revoke, name="invitation_revoke"),
]
