from django.urls import path

from templates_mgmt import views

urlpatterns = [
    path("arquivos/<str:key>/<str:name>", views.header_file, name="header_file"),
]
