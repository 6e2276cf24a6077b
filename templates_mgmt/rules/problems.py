"""The rules' sentences: what is wrong and what to do, by code."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SENTENCES: Mapping[str, Promise] = {
    # what a payload is made of
    "not_text": _("A text belongs here."),
    "not_objects": _("A list of objects belongs here."),
    "component_unknown": _("Meta knows no part of a template called %(type)s."),
    "component_twice": _("A template has only one part %(type)s."),
    # any text
    "text_missing": _("Write something here."),
    "too_long": _("Meta takes at most %(limit)d characters here. This text has %(length)d."),
    "line_break": _("This text stands on one line: take the line breaks out."),
    "adornment": _("No emoji and no formatting (*bold*, _italic_, ~struck~) here."),
    "variable_not_here": _("No variables here: this text is the same for everybody."),
    # name and frame
    "name_missing": _("Give the template a name."),
    "name_characters": _("Use only small letters without accents, digits and underscores in the name."),
    "language_unknown": _("Meta takes no templates in the language %(language)s."),
    "category_unknown": _("Choose a category: utility, marketing or authentication."),
    "parameter_format_unknown": _("Variables are either numbered (POSITIONAL) or named (NAMED)."),
    "ttl_range": _("For this category, give between %(lowest)d and %(highest)d seconds."),
    # variables
    "variable_broken": _("A variable is written with two braces on each side, like {{1}}. One of them is not."),
    "variable_number": _("{{%(variable)s}} is no number. Number the variables from 1: {{1}}, {{2}}."),
    "variable_name": _("{{%(variable)s}} cannot be a name. Use small letters, digits and underscores, a letter first."),
    "variable_gap": _("{{%(variable)s}} is missing: the numbers begin with 1 and leave none out."),
    "variable_repeated": _("{{%(variable)s}} stands here twice. A named variable may stand only once."),
    "variables_adjacent": _("Two variables stand side by side. Write something between them."),
    "variable_at_edge": _("The text may not begin or end with a variable. Add a word, or a full stop at the end."),
    "variables_ratio": _("Too many variables for so little text: write at least %(words)d words beside them."),
    "examples_missing": _("Give an example for each variable: %(variables)s. Whoever reviews the template reads them."),
    # header, body
    "header_format": _("A header is a text, an image, a video, a document, a GIF or a place."),
    "header_gif": _("Only marketing templates take a GIF."),
    "header_variables": _("A header takes one variable at most."),
    "header_file_missing": _("Upload an example of the file. Whoever reviews the template looks at it."),
    "header_file_address": _("Upload the file again: Meta takes no address of a file that it had before."),
    "body_missing": _("A template needs a body."),
    # buttons
    "buttons_empty": _("Add a button, or take this part out."),
    "buttons_many": _("At most %(most)d buttons fit here."),
    "buttons_of_a_kind": _("At most %(most)d buttons of this kind are allowed."),
    "buttons_order": _("Quick replies stand together: all before the other buttons, or all after them."),
    "button_type": _("Meta knows no such kind of button."),
    "button_marketing": _("Only marketing templates have this kind of button."),
    "url_form": _("Write the whole address, beginning with https://."),
    "url_variable": _("An address takes one variable, {{1}}, at its very end."),
    "url_example": _("Give an example of the whole address, or of its variable end."),
    "phone_form": _("Write the phone with its country code, like +5511988887777."),
    "code_example": _("Give an example of the code."),
    "flow_reference": _("Choose one form, by its id, its name or its definition."),
    "flow_action": _("A form's button either opens a screen (navigate) or asks your system (data_exchange)."),
    # one-time codes
    "otp_component": _("A template of one-time codes has no such part."),
    "otp_own_words": _("Meta writes the words of one-time codes itself. Leave this empty."),
    "otp_recommendation": _("Say with true or false whether the text warns against sharing the code."),
    "otp_minutes": _("A code is good for 1 to 90 minutes."),
    "otp_button": _("A template of one-time codes has exactly one button, of the kind OTP."),
    "otp_type": _("Choose how the code gets into the app: copied, with one tap, or by itself."),
    "otp_apps": _("Name between 1 and %(most)d Android apps that may take the code."),
    "otp_package": _("This is no package name of an Android app, like com.example.app."),
    "otp_signature": _("The app's signature has exactly 11 characters: letters, digits, +, / and =."),
    "otp_terms": _("Codes that get into the app by themselves need Meta's terms to be accepted."),
    "otp_elsewhere": _("Only templates of one-time codes have this. Choose the category authentication."),
    # carousel, limited-time offer
    "carousel_category": _("Only marketing templates have cards."),
    "carousel_beside": _("Beside cards there is only the body: header, footer and buttons stand in the cards."),
    "carousel_cards": _("Make between %(lowest)d and %(highest)d cards."),
    "card_header": _("A card begins with an image or a video."),
    "card_button": _("A card takes quick replies, links and phone numbers."),
    "card_buttonless": _("A card has one button or two."),
    "cards_text": _("This card has no text and others have one. Either all cards have a text, or none has."),
    "cards_differ": _("This card is built otherwise than the first one. All need the same parts and buttons."),
    "offer_category": _("Only marketing templates make limited-time offers."),
    "offer_footer": _("A limited-time offer has no footer."),
    "offer_header": _("A limited-time offer has an image, a video or no header."),
    "offer_expiration": _("Say with true or false whether the offer shows when it ends."),
    "offer_buttons": _("A limited-time offer has a link, and before it a code to copy if there is one."),
    # edits
    "edit_status": _("Meta lets only approved, rejected and paused templates be changed."),
    "edit_name": _("A template keeps its name. Duplicate it under another one."),
    "edit_language": _("A template keeps its language. Translate it into another one."),
    "edit_format": _("A template keeps its kind of variables. Duplicate it to change them."),
    "edit_category": _("An approved template keeps its category. Duplicate it to use another one."),
    "edit_same": _("Nothing was changed."),
    "edit_day": _("An approved template can be changed once in 24 hours. You can change it again on %(at)s."),
    "edit_month": _("An approved template can be changed 10 times in 30 days. You can change it again on %(at)s."),
    # creations
    "creation_hour": _("Meta takes 100 new templates an hour of each account. Try again on %(at)s."),
    "creation_total": _("The account has %(most)d templates, as many as Meta allows. Delete one that nobody uses."),
    "creation_unverified": _(
        "The account has %(most)d templates, as many as Meta allows a business that it has not verified. Verify it and "
        "have a number's name approved in Meta's Security Centre, or delete a template that nobody uses."
    ),
    "name_locked": _("An approved template of this name was deleted. Meta frees the name on %(at)s."),
}


@dataclass(frozen=True)
class Problem:
    """A rule that a template breaks. ``field`` is its path (``buttons.1.url``), ``values`` what the sentence names."""

    sentences: ClassVar[Mapping[str, Promise]] = SENTENCES

    code: str
    field: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In the language of whoever reads it."""
        return str(self.sentences[self.code]) % dict(self.values)
