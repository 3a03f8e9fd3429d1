"""`train --like`: the same rows give the same arrays, and the command says so."""


def test_a_training_repeated_from_its_manifest_says_that_the_arrays_are_equal(run, lean_operator, tmp_path):
    models = tmp_path / "models"
    asked = ("train", lean_operator, "--out", models)
    assert run(*asked, "--as-of", "2026-07-01", "--ranker", "popularity")[0] == 0
    status, said, _ = run(*asked, "--like", models / "1")
    assert status == 0
    assert "Trained like models/1, on the same rows: the arrays are equal" in said
    assert (models / "2" / "scorecard.npz").read_bytes() == (models / "1" / "scorecard.npz").read_bytes()


def test_a_training_like_another_on_other_rows_says_that_they_differ(run, lean_operator, tmp_path):
    models = tmp_path / "models"
    assert run("train", lean_operator, "--out", models, "--as-of", "2026-07-01", "--ranker", "popularity")[0] == 0
    status, said, _ = run("train", lean_operator, "--out", models, "--like", models / "1", "--as-of", "2026-06-01")
    assert status == 0
    assert "on other rows: the fingerprints of the data differ" in said
