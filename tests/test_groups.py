"""Which tests are kept on one worker."""

import pytest


@pytest.fixture(scope="module")
def shared():
    return []


def test_tests_that_share_what_their_module_set_up_are_kept_on_one_worker(shared, request):
    group = request.node.get_closest_marker("xdist_group")
    assert group.args == ("test_groups",)


def test_a_test_that_shares_nothing_may_run_on_any_worker(tmp_path, request):
    assert request.node.get_closest_marker("xdist_group") is None
