"""What tensors share, with each other and with arrays, modules and optimizers."""

import numpy as np
import pytest
from trips import trip

from nbflow.errors import StoreError
from nbflow.runtime.comparison import same


def test_an_optimizer_goes_on_with_the_parameters_of_its_module(recwarn):
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Dropout())
    model.train()
    model[1].eval()
    model[0].bias.requires_grad_(False)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1)
    optimizer.register_step_post_hook(_count)

    def train(model, optimizer, scheduler):
        torch.manual_seed(1)
        model(torch.ones(5, 3)).sum().backward()
        optimizer.step()
        scheduler.step()
        return [one.detach().numpy().copy() for one in model.state_dict().values()]

    train(model, optimizer, scheduler)
    back, together = trip(
        scheduler=scheduler, optimizer=optimizer, model=model, weight=model[0].weight
    )
    assert together == [["model", "optimizer", "scheduler", "weight"]]
    assert (
        back["optimizer"].param_groups[0]["params"][0] is back["model"][0].weight is back["weight"]
    )
    assert back["scheduler"].optimizer is back["optimizer"]
    assert [one.training for one in back["model"]] == [True, False, True]
    assert not back["model"][0].bias.requires_grad
    assert same(back["model"], model)
    assert torch.equal(back["weight"].grad, model[0].weight.grad)
    counted = len(_counted)
    expected = train(model, optimizer, scheduler)
    found = train(back["model"], back["optimizer"], back["scheduler"])
    assert all(map(np.array_equal, expected, found))
    assert len(_counted) == counted + 2
    assert not same(back["optimizer"], trip(o=torch.optim.Adam([back["weight"]]))[0]["o"])
    assert [str(one.message) for one in recwarn] == []


_counted = []


def _count(optimizer, arguments, options):
    _counted.append(optimizer)


def test_tensors_and_arrays_share_memory():
    torch = pytest.importorskip("torch")
    array = np.arange(6.0)
    tensor = torch.from_numpy(array)
    grown = torch.arange(3.0)
    back, together = trip(array=array, tensor=tensor, view=tensor[2:4], grown=grown)
    assert together == [["array", "tensor", "view"], ["grown"]]
    back["view"][0] = 20
    assert back["array"][2] == back["tensor"][2] == 20
    assert back["tensor"].untyped_storage().data_ptr() == back["view"].untyped_storage().data_ptr()
    assert back["grown"].resize_(5).shape == (5,)


def test_tensors_come_back_whatever_the_default_device_is():
    torch = pytest.importorskip("torch")
    with torch.device("meta"):
        back, _ = trip(x=torch.ones(2, device="cpu"), y=torch.nn.Parameter(torch.ones(2)))
    assert (str(back["x"].device), str(back["y"].device)) == ("cpu", "meta")
    assert back["x"].tolist() == [1, 1]


def test_a_tensor_out_of_a_computation_is_refused():
    torch = pytest.importorskip("torch")
    loss = (torch.ones(2, requires_grad=True) * 2).sum()
    with pytest.raises(StoreError, match=r"variable 'loss' \(Tensor\) of step 's'.*detach"):
        trip(loss=loss)
    assert trip(loss=loss.detach())[0]["loss"] == 4


def test_tied_parameters_and_hooks_stay():
    torch = pytest.importorskip("torch")
    model = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.Linear(2, 2))
    model[1].weight = model[0].weight
    model.register_forward_hook(_nothing)
    leaf = torch.ones(2, requires_grad=True)
    leaf.register_hook(_triple)
    back, _ = trip(model=model, leaf=leaf)
    assert back["model"][0].weight is back["model"][1].weight
    assert back["model"](torch.ones(2)).tolist() == [0, 0]
    back["leaf"].sum().backward()
    assert back["leaf"].grad.tolist() == [3, 3]


def _nothing(module, inputs, output):
    return output * 0


def _triple(gradient):
    return gradient * 3
