"""A passkey, made and used in a browser whose authenticator is a virtual one."""

from playwright.sync_api import expect

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(page):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return page


def test_a_passkey_signs_in_without_a_password(recado, open_page):
    base_url = recado.base_url.replace("127.0.0.1", "localhost")  # a passkey belongs to a name, never to an address
    person, page = recado.demo["operator_of_both"], with_authenticator(open_page())
    page.goto(f"{base_url}/entrar/")
    page.get_by_label("E-mail ou usuário").fill(person["username"])
    page.get_by_label("Senha").fill(person["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/mensagens/**")

    page.goto(f"{base_url}/conta/chaves/nova/")
    page.get_by_label("Senha").fill(person["password"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Adicionar").click()
    expect(page.get_by_text("A chave de acesso foi adicionada")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{base_url}/entrar/")
    page.get_by_role("button", name="Entrar com chave de acesso").click()
    page.wait_for_url("**/mensagens/**")
    page.goto(f"{base_url}/conta/chaves/")
    page.get_by_role("link", name="Remover…").click()
    page.get_by_label("Senha").fill(person["password"])
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Remover").click()
    expect(page.get_by_text("A chave de acesso foi removida")).to_be_visible()
