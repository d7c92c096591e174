"""What regulation asks of a system of record, and the tests that show it.

Numbers and demands follow 21 CFR Part 11, ICH E6(R3) Annex 1 section 4, and the EMA
guideline on computerised systems (2023), each in words of our own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Standing(Enum):
    """How far a demand is met by the program itself."""

    MET = "met"
    PARTLY = "partly"
    OPEN = "not yet"


@dataclass(frozen=True, kw_only=True, slots=True)
class RegulationItem:
    """A demand. ``tests`` are names of test functions, by file under ``tests/``.

    ``lacking`` says what is left to do, or what only your procedures can do.
    """

    number: int
    source: str
    demand: str
    done: str
    tests: tuple[str, ...]
    standing: Standing = Standing.MET
    lacking: str = ""


CFR, ICH, EMA = "21 CFR", "ICH E6(R3)", "EMA 2023"

ITEMS = (
    RegulationItem(
        number=1,
        source=f"{CFR} 11.10(a)",
        demand="The system is validated. It shows records that are invalid or altered.",
        done=(
            "`crfsmith audit verify` finds every changed byte, line, seal and guard of "
            "a database or a package, and names the first. A second verifier in "
            "JavaScript agrees."
        ),
        tests=(
            "webapp/storage/audit/test_attacks.py::test_every_attack_by_the_owner_of_the_tables_is_found",
            "webapp/storage/audit/test_chain.py::test_every_flipped_byte_is_found_at_its_line",
            "webapp/storage/audit/test_second_verifier.py::test_both_name_the_same_first_line_of_every_damaged_log",
            "webapp/packages/test_package_log.py::test_a_package_that_was_changed_is_found",
        ),
    ),
    RegulationItem(
        number=2,
        source=f"{CFR} 11.10(b)",
        demand="You can make accurate and complete copies for people and for programs.",
        done=(
            "A package holds every form, version, file and line of the log. It comes "
            "back byte for byte. The casebook as PDF is for people."
        ),
        tests=(
            "round_trips/test_law.py::test_a_study_by_chance_comes_back_whole",
            "webapp/packages/test_package_files.py::test_files_go_out_and_come_in_byte_for_byte",
            "webapp/paper/test_papers.py::test_the_casebook_has_a_link_and_contains_what_was_saved",
        ),
    ),
    RegulationItem(
        number=3,
        source=f"{CFR} 11.10(c)",
        demand="Records can be retrieved for as long as they must be kept.",
        done=(
            "Packages are text files with an open description. Newer versions of the "
            "program open every older database. Backups are restored and verified."
        ),
        tests=(
            "webapp/storage/test_migrations.py::test_everything_of_an_old_database_is_there_whole_and_guarded",
            "webapp/commands/test_backup.py::test_a_backup_taken_while_people_save_comes_back_whole_and_is_worked_in",
            "webapp/packages/test_package_files.py::test_the_descriptor_has_the_whole_hash_and_plain_frictionless_agrees",
        ),
    ),
    RegulationItem(
        number=4,
        source=f"{CFR} 11.10(d)",
        demand="Only authorised people have access.",
        done=(
            "Every route names who may call it. A person sees the subjects of their "
            "own sites, and no others exist for them."
        ),
        tests=(
            "webapp/security/test_rights.py::test_every_route_says_who_may_call_it",
            "webapp/security/test_rights.py::test_nobody_sees_anything_without_signing_in",
            "webapp/security/test_rights.py::test_a_subject_of_another_site_does_not_exist",
        ),
    ),
    RegulationItem(
        number=5,
        source=f"{CFR} 11.10(e)",
        demand=(
            "A secure trail with times records who creates, changes and deletes. Old "
            "values stay readable, for as long as the record."
        ),
        done=(
            "Each save is a version that nobody can overwrite, and a line of one "
            "signed log. Each version shows the words of the dictionary of its day."
        ),
        tests=(
            "webapp/storage/test_history.py::test_the_database_itself_refuses_to_rewrite_history",
            "webapp/storage/test_history.py::test_the_audit_trail_says_who_when_why_and_under_which_dictionary",
            "webapp/views/test_histories.py::test_each_version_says_what_was_chosen_when_it_was_chosen",
            "webapp/views/test_event_pages.py::test_the_list_is_exported_as_it_is_filtered_and_no_cell_is_a_formula",
        ),
    ),
    RegulationItem(
        number=6,
        source=f"{CFR} 11.10(f)",
        demand="Steps that have an order are taken in that order.",
        done=(
            "A form is complete only without errors. Queries and locks move by a table "
            "of allowed steps."
        ),
        tests=(
            "webapp/forms/test_form_pages.py::test_complete_is_refused_while_something_must_be_put_right",
            "webapp/storage/test_query_life.py::test_each_step_leads_where_the_table_says_or_is_refused_in_words",
            "webapp/storage/test_locks.py::test_steps_that_are_none_are_refused_and_nothing_of_a_batch_is_kept",
        ),
    ),
    RegulationItem(
        number=7,
        source=f"{CFR} 11.10(g)",
        demand="The system checks who may use it, sign, and change a record.",
        done=(
            "Each role has its permissions, and each route asks for one. What a role "
            "may not do is refused, and the typed text stays."
        ),
        tests=(
            "webapp/security/test_rights.py::test_a_role_may_what_it_should_at_its_own_site",
            "webapp/security/test_access.py::test_a_route_that_says_nothing_stops_the_server",
            "webapp/queries/test_query_pages.py::test_what_the_role_may_not_do_is_refused_and_the_text_stays",
        ),
    ),
    RegulationItem(
        number=8,
        source=f"{CFR} 11.10(h)",
        demand="The source of input is checked where that matters.",
        done=(
            "A session counts only in the browser that it began in. Each event has the "
            "address or the command that it came from."
        ),
        tests=(
            "webapp/security/test_sessions.py::test_a_cookie_counts_only_in_the_browser_that_it_was_made_for",
            "webapp/views/test_histories.py::test_a_version_says_who_saved_it_when_from_where_and_why",
        ),
    ),
    RegulationItem(
        number=9,
        source=f"{CFR} 11.10(i) to (k)",
        demand=(
            "People are trained and accountable. System documentation is under "
            "version control."
        ),
        done=(
            "Every example of the documentation runs as a test. A dictionary is "
            "known by its hash, and each change of it is an event."
        ),
        tests=(
            "docs/test_commands.py::*",
            "docs/test_dictionary_examples.py::*",
            "webapp/views/test_histories.py::test_the_page_says_where_the_dictionary_changed_and_what",
        ),
        standing=Standing.PARTLY,
        lacking="Training records and a policy on accountability are your procedures.",
    ),
    RegulationItem(
        number=10,
        source=f"{CFR} 11.50",
        demand=(
            "A signature shows the printed name, the date and time, and its meaning, "
            "on the screen and in print."
        ),
        done=(
            "A signature has name, time and meaning, on each page, in lists and in the "
            "casebook as PDF."
        ),
        tests=(
            "webapp/review/test_signing.py::test_the_investigator_signs_and_everybody_sees_name_time_and_meaning",
        ),
    ),
    RegulationItem(
        number=11,
        source=f"{CFR} 11.70",
        demand="A signature cannot be cut out, copied or moved to another record.",
        done=(
            "A signature is bound to the seals of all versions under it, to its place, "
            "person and time. A later version breaks it, and that shows everywhere."
        ),
        tests=(
            "webapp/storage/test_signatures.py::test_a_signature_fits_no_other_place_person_or_time",
            "webapp/storage/test_signatures.py::test_an_answer_changed_behind_the_guards_breaks_it_on_the_page",
            "webapp/review/test_signing.py::test_a_change_breaks_it_visibly_everywhere_until_it_is_signed_again",
        ),
    ),
    RegulationItem(
        number=12,
        source=f"{CFR} 11.100",
        demand="A signature belongs to one person and is never given to another.",
        done=(
            "A username stays with its person for good, also in other letters and "
            "after the account is closed."
        ),
        tests=(
            "webapp/storage/test_accounts.py::test_a_name_is_not_given_again_in_other_letters",
            "webapp/storage/test_accounts.py::test_closing_ends_all_sessions_and_reopening_begins_none",
        ),
        standing=Standing.PARTLY,
        lacking="You verify the identity of a person before you give them an account.",
    ),
    RegulationItem(
        number=13,
        source=f"{CFR} 11.200",
        demand=(
            "A signature needs two components at first, and one of them each time "
            "after that."
        ),
        done=(
            "You sign with your name and password first, and with the password later in "
            "the session. Wrong passwords count."
        ),
        tests=(
            "webapp/review/test_signing.py::test_the_first_signature_of_a_session_asks_for_all_and_later_ones_for_the_password",
            "webapp/review/test_signing.py::test_wrong_passwords_are_counted_and_lead_to_a_wait",
        ),
    ),
    RegulationItem(
        number=14,
        source=f"{CFR} 11.300",
        demand=(
            "Names and passwords are unique, renewed and withdrawn when lost. Misuse "
            "is detected and reported at once."
        ),
        done=(
            "Failures bring waits that double, then a lock that administrators see. A "
            "reset ends all sessions. Guessable passwords are refused."
        ),
        tests=(
            "webapp/storage/test_sign_ins.py::test_ten_failures_lock_until_time_has_passed",
            "webapp/storage/test_accounts.py::test_a_reset_ends_all_sessions_a_change_all_others",
            "webapp/security/test_second_step.py::test_a_required_code_comes_before_anything",
            "webapp/security/test_passwords.py::test_what_is_guessed_first_is_refused_and_named",
            "webapp/views/test_accounts.py::test_a_locked_account_is_shown_and_unlocked",
        ),
    ),
    RegulationItem(
        number=15,
        source=f"{ICH} Annex 1, 4",
        demand="Accounts, roles, permissions and access leave a log.",
        done="Each of them is an event with who did it, when, and what was before.",
        tests=(
            "webapp/storage/test_accounts.py::test_a_role_and_sites_are_changed_with_what_was_before",
            "webapp/views/test_event_pages.py::test_the_history_of_an_account_has_what_it_did_and_how_it_came_to_be",
            "webapp/storage/test_events.py::test_signing_in_and_out_is_logged_once",
        ),
    ),
    RegulationItem(
        number=16,
        source=f"{ICH} Annex 1, 4",
        demand=(
            "First entries, changes and deletions are documented, with a reason where "
            "one is due."
        ),
        done=(
            "A form that ever was complete changes only with a reason. A removed row "
            "stays in the history with its reason."
        ),
        tests=(
            "webapp/forms/test_form_pages.py::test_every_change_of_what_was_complete_once_has_its_reason",
            "webapp/forms/test_rows_posted.py::test_a_row_of_a_complete_form_is_removed_with_its_reason_in_the_history",
            "webapp/views/test_voiding.py::test_it_is_an_event_and_the_audit_finds_nothing_wrong",
            "webapp/storage/test_history.py::test_the_first_version_changes_everything_it_says",
        ),
    ),
    RegulationItem(
        number=17,
        source=f"{ICH} Annex 1, 4",
        demand="Signing, locking, queries, verification and exports are logged too.",
        done=(
            "They are events of the same log. Each kind of event has words, and the "
            "pages of history filter by it."
        ),
        tests=(
            "webapp/storage/test_locks.py::test_each_act_is_an_event_and_the_audit_compares_them",
            "webapp/storage/test_signatures.py::test_signatures_and_breaks_are_only_added",
            "webapp/storage/test_verifications.py::test_marks_are_only_added",
            "webapp/storage/test_queries.py::test_every_entry_has_a_line_in_the_log_with_its_hash_and_without_its_text",
            "webapp/views/test_event_pages.py::test_an_export_is_an_event_too",
            "webapp/views/test_event_pages.py::test_every_kind_of_event_has_words_and_is_offered",
        ),
    ),
    RegulationItem(
        number=18,
        source=f"{ICH} Annex 1, 4",
        demand=(
            "Nobody can turn the trail off. It is altered only in rare cases, with a "
            "logged reason."
        ),
        done=(
            "Guards in the database refuse every change. Their text is pinned and "
            "compared at each start, and by `crfsmith audit verify`. Identifying text is "
            "taken out with a reason, as an event that the audit lists."
        ),
        tests=(
            "webapp/storage/test_events.py::test_the_database_refuses_to_rewrite_the_log",
            "webapp/storage/test_redacting.py::test_the_text_is_gone_everywhere_and_the_audit_says_who_took_it_out",
            "webapp/storage/test_redacting.py::test_a_redaction_cannot_hide_that_a_line_was_changed",
            "webapp/storage/audit/test_attacks.py::test_a_changed_guard_is_found",
            "webapp/commands/test_audit.py::test_a_server_does_not_start_without_its_guards_unless_that_is_accepted",
        ),
    ),
    RegulationItem(
        number=19,
        source=f"{ICH} Annex 1, 4",
        demand="The trail can be understood and supports review.",
        done=(
            "Pages show it by question, form, subject, account and study, in words, "
            "with filters and as CSV."
        ),
        tests=(
            "webapp/views/test_event_pages.py::test_a_list_is_filtered",
            "webapp/views/test_event_pages.py::test_the_history_of_a_subject_has_every_save_with_who_when_where_and_why",
            "webapp/views/test_histories.py::test_beside_a_question_each_answer_has_its_words_and_the_amendment_its_line",
        ),
    ),
    RegulationItem(
        number=20,
        source=f"{ICH} Annex 1, 4",
        demand="Times are unambiguous.",
        done=(
            "Times are stored in UTC and shown in the zone of the study. A clock that "
            "is behind the newest save saves nothing."
        ),
        tests=(
            "webapp/storage/test_stamps.py::test_a_clock_that_was_set_back_saves_nothing",
            "webapp/views/test_histories.py::test_a_time_is_that_of_the_study_and_that_of_everybody",
        ),
    ),
    RegulationItem(
        number=21,
        source=f"{ICH} Annex 1, 4",
        demand="The trail is reviewed by plan, and where the risk is.",
        done=(
            "A reviewer filters the log by site, person, kind and working hours, and "
            "exports what was reviewed. A plan in the dictionary says what is compared with "
            "the source."
        ),
        tests=(
            "webapp/review/test_verification_pages.py::test_the_plan_says_what_is_missing",
            "webapp/views/test_event_pages.py::test_only_reviewers_see_what_others_did",
            "webapp/views/test_event_pages.py::test_a_day_and_working_hours_are_those_of_the_study",
        ),
        standing=Standing.PARTLY,
        lacking="The plan itself is yours.",
    ),
    RegulationItem(
        number=22,
        source=f"{ICH} Annex 1, 4",
        demand="Corrections are attributed, justified and timely.",
        done=(
            "Each version has its person, time and reason. Rules ask about wrong data "
            "at the next view, and a query has its age."
        ),
        tests=(
            "webapp/forms/test_form_pages.py::test_a_change_of_a_complete_form_needs_its_reason",
            "webapp/queries/test_rule_queries.py::test_a_broken_rule_asks_and_the_correction_settles_it",
        ),
    ),
    RegulationItem(
        number=23,
        source=f"{ICH} Annex 1, 4",
        demand=(
            "Transfers and migrations are validated or reconciled, with their metadata."
        ),
        done=(
            "An import brings versions, people, times, reasons and dictionaries. A "
            "second export has the same bytes. Migrations run over old databases with "
            "data."
        ),
        tests=(
            "round_trips/test_law.py::test_the_demo_comes_back_whole",
            "webapp/storage/test_imports.py::test_every_version_is_there_as_it_was_saved",
            "webapp/storage/test_migrations.py::test_everything_of_an_old_database_is_there_whole_and_guarded",
        ),
    ),
    RegulationItem(
        number=24,
        source=f"{ICH} 4.3.3",
        demand="Data are secure and backed up, and restoring is tested.",
        done=(
            "`crfsmith backup` works while people save. `crfsmith restore` verifies "
            "what it restores."
        ),
        tests=(
            "webapp/commands/test_backup.py::test_a_backup_taken_while_people_save_comes_back_whole_and_is_worked_in",
            "webapp/commands/test_backup.py::test_answers_changed_in_a_backup_with_its_note_made_anew_are_named",
            "webapp/views/test_database_faults.py::test_a_full_disk_is_named_and_the_same_save_works_when_there_is_room",
        ),
    ),
    RegulationItem(
        number=25,
        source=f"{ICH} 4.3.4",
        demand=(
            "Validation covers standard functions and what the protocol configures. "
            "Changes consider old and new data."
        ),
        done=(
            "`crfsmith check` proves a dictionary. Stored subjects run through its "
            "pages and its package with the same findings. A changed dictionary shows "
            "old data in their own words."
        ),
        tests=(
            "acceptance/test_subjects.py::test_typed_into_the_pages_a_subject_shows_the_same",
            "acceptance/test_checks.py::test_there_are_68_checks",
            "round_trips/test_amendments.py::test_an_export_after_an_amendment_succeeds_and_lists_what_has_no_column",
        ),
    ),
    RegulationItem(
        number=26,
        source=f"{ICH} 4.3.4",
        demand="Open defects are known and justified.",
        done=(
            "Every conversion lists what it cannot say. The pages of documentation "
            "name the limits of each part."
        ),
        tests=(
            "generator/targets/test_targets.py::*",
            "docs/test_links.py::*",
        ),
        standing=Standing.PARTLY,
        lacking="You keep the list of open defects of your installation.",
    ),
    RegulationItem(
        number=27,
        source=f"{ICH} 4.3.5",
        demand="A change reaches a site only after that site has its approvals.",
        done=(
            "A dictionary that says `release: by_site` reaches a site when an "
            "administrator releases it there, with a reason. Until then the forms of the "
            "site are shown, checked, saved, printed and exported with the dictionary "
            "that the site has. Each release is an event in the log."
        ),
        tests=(
            "webapp/test_releases.py::test_a_site_goes_on_with_its_dictionary_until_the_new_one_is_released",
            "webapp/test_releases.py::test_who_released_it_when_and_why_is_an_event",
            "webapp/test_releases.py::test_a_package_has_the_sites_of_one_dictionary_and_names_the_others",
            "webapp/test_releases.py::test_an_import_keeps_out_what_its_site_has_no_dictionary_for",
        ),
        lacking="Whether a site has its approvals is for you to know.",
    ),
    RegulationItem(
        number=28,
        source=f"{ICH} 4",
        demand=(
            "Editing is restricted before the analysis and before unblinding. The "
            "investigator endorses the data at milestones. Blinding is guarded."
        ),
        done=(
            "Forms, visits, subjects and the study can be frozen and locked. The "
            "investigator signs forms, visits and casebooks. What a role may not see is "
            "in no page, list, export or count for it."
        ),
        tests=(
            "webapp/security/test_blinding.py::test_no_answer_of_any_route_tells_it",
            "webapp/security/test_blinding.py::test_counts_tell_nothing_either",
            "webapp/storage/test_locks.py::test_nothing_is_saved_in_what_is_closed",
            "webapp/packages/test_import_meanwhile.py::test_what_is_closed_here_takes_nothing_and_the_others_come_in",
            "webapp/review/test_signing.py::test_the_investigator_signs_and_everybody_sees_name_time_and_meaning",
        ),
    ),
    RegulationItem(
        number=29,
        source=EMA,
        demand=(
            "Each data point has a trail: which field, who with role and organisation, "
            "when, and why."
        ),
        done=(
            "The trail of a question lists each answer with person, role, site, time, "
            "place and reason."
        ),
        tests=(
            "webapp/storage/test_history.py::test_old_and_new_text_by_field",
            "webapp/storage/test_event_search.py::test_an_event_knows_the_sites_that_its_person_had",
            "browser/test_beyond.py::test_earlier_answers_are_one_keystroke_away_and_nothing_typed_is_lost",
        ),
    ),
    RegulationItem(
        number=30,
        source=EMA,
        demand=(
            "Review covers missing data, outliers, odd hours and unauthorised access."
        ),
        done=(
            "Open findings of a subject, warnings with their reasons, events outside "
            "working hours, and failed sign-ins are each a list."
        ),
        tests=(
            "webapp/views/test_event_pages.py::test_a_day_and_working_hours_are_those_of_the_study",
            "webapp/storage/test_sign_ins.py::test_failures_bring_waits_that_double",
            "webapp/views/test_accounts.py::test_a_locked_account_is_shown_and_unlocked",
        ),
    ),
)
"""All thirty, in order."""
