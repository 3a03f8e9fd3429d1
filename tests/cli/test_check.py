import json
import shutil

import pytest

EMPTY = {
    "holdings": "account_id,product_id,started_at,ended_at\n",
    "complaints": "complaint_id,account_id,opened_at,resolved_at,status\n",
    "products": "product_id,name,category,monthly_price\np,P,c,9.99\n",
    "consents": "account_id,purpose,channel,granted,changed_at\n",
}


@pytest.fixture
def folder(tmp_path):
    for name, text in EMPTY.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
    (tmp_path / "accounts.csv").write_text("Customer,opened_at,segment\n007,31.12.2024,a\n", encoding="utf-8")
    (tmp_path / "recommender.toml").write_text('time_zone = "Europe/Berlin"\n', encoding="utf-8")
    return tmp_path


def test_the_settings_that_would_mend_the_tables_are_printed(run, folder):
    status, out, err = run("check", folder)
    assert status == 1
    assert "accounts: the column 'account_id' is needed, and there is none (is it 'Customer'?)." in err
    assert "nothing would be left to mend" in out
    proposed = out.split("look them over first:")[1].strip()
    assert "Left: " not in out
    assert proposed.splitlines()[:2] == ["[columns.accounts]", 'account_id = "Customer"']
    settings = folder / "recommender.toml"
    settings.write_text(settings.read_text() + proposed, encoding="utf-8")
    status, out, _ = run("check", folder)
    assert (status, out.splitlines()[0]) == (0, f"{folder}: every table keeps its contract.")


def test_a_program_reads_json(run, folder):
    status, out, _ = run("check", folder, "--json")
    found = json.loads(out)
    assert status == 1
    assert len(found["problems"]) == 2
    assert found["left"] == []
    assert 'dates = "30.06.2026"' in found["proposed"]


def test_a_missing_contacts_table_is_noted_with_what_it_costs(run, folder):
    _, _, err = run("check", folder)
    assert "Note: contacts: there is no such table: every offer is withheld" in err
    assert "Note: feeds: there is no such table: each feed counts as known until its newest row" in err


def test_the_settings_of_the_policy_are_checked_too(run, folder):
    settings = folder / "recommender.toml"
    settings.write_text(settings.read_text() + "[policy.contact_limit]\nmost = 3\n", encoding="utf-8")
    status, _, err = run("check", folder)
    assert status == 1
    assert "contact_limit" in err


def test_a_file_of_another_name_is_named(run, folder):
    shutil.move(folder / "accounts.csv", folder / "customers.csv")
    _, _, err = run("check", folder)
    assert (
        "accounts: the table is needed, and there is none, but customers.csv may be it: name the file accounts.csv."
        in err
    )
