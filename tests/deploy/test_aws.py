# SPDX-License-Identifier: Apache-2.0
"""What is deployed to AWS: the template is sound, the plain JSON says the same, rights are narrow, and no file asks for
what the program does not read."""

import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from conftest import ROOT, WORK

AWS = ROOT / "deploy/aws"
ACCOUNT = {"AWS::AccountId": "111122223333", "AWS::Region": "us-west-2", "AWS::Partition": "aws",
           "AWS::URLSuffix": "amazonaws.com", "AWS::NoValue": None}
SECRET = "arn:aws:secretsmanager:us-west-2:111122223333:secret:belay/{}-AbCdEf"
GIVEN = {"ImageTag": "TAG", "Subnets": ["subnet-xxx", "subnet-yyy"], "SecurityGroups": ["sg-xxx"],
         "AlpacaSecret": SECRET.format("alpaca"), "DatabaseSecret": SECRET.format("database"),
         "DatabaseHost": "ops-pipeline-db.cluster-xxx.us-west-2.rds.amazonaws.com"}
LOG_STREAMS = "arn:aws:logs:us-west-2:111122223333:log-group:/ecs/ops-pipeline/position-manager:*"
MADE = {"LogGroup": "/ecs/ops-pipeline/position-manager", "LogGroup.Arn": LOG_STREAMS, "TaskDefinition":
        "arn:aws:ecs:us-west-2:111122223333:task-definition/position-manager:1",
        "ExecutionRole.Arn": "arn:aws:iam::111122223333:role/ecsTaskExecutionRole",
        "ScheduleRole.Arn": "arn:aws:iam::111122223333:role/EventBridgeECSRole"}


class Template(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, as {"!Ref": …}."""


Template.add_multi_constructor("!", lambda loader, name, node: {
    "!" + name: {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: lambda n: loader.construct_sequence(n, True),
                 yaml.MappingNode: lambda n: loader.construct_mapping(n, True)}[type(node)](node)})


@pytest.fixture(scope="module")
def template():
    return yaml.load((AWS / "template.yaml").read_text(), Template)


def rendered(template, what, **given):
    """`what` of the template with its functions carried out; what is AWS::NoValue is gone."""
    parameters = {name: about.get("Default") for name, about in template["Parameters"].items()}
    values = ACCOUNT | MADE | parameters | GIVEN | given

    def carry_out(value):
        if isinstance(value, list):
            return [one for one in map(carry_out, value) if one is not None]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and next(iter(value)).startswith("!"):
            (name, argument), = value.items()
            if name == "!If":
                return carry_out(argument[1 if carry_out(template["Conditions"][argument[0]]) else 2])
            if name == "!Equals":
                return carry_out(argument[0]) == carry_out(argument[1])
            if name == "!Not":
                return not carry_out(argument[0])
            if name == "!Sub":
                return re.sub(r"\$\{([^}]+)\}", lambda match: str(values[match[1]]), argument)
            return values[argument]  # !Ref, !GetAtt
        done = {key: carry_out(one) for key, one in value.items()}
        return {key: one for key, one in done.items() if one is not None}

    return carry_out(what)


def small(value):
    """PascalCase of CloudFormation as the camelCase of ECS."""
    if isinstance(value, list):
        return [small(one) for one in value]
    if isinstance(value, dict):
        return {key[0].lower() + key[1:]: small(one) for key, one in value.items()}
    return value


def test_the_linter_finds_nothing():
    linter = WORK / "venv/bin/cfn-lint"
    assert linter.exists(), f"{linter} is missing; ./dev test installs it"
    done = subprocess.run([linter, "--", *sorted(AWS.glob("*.yaml"))], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_plain_task_definition_says_the_same(template):
    ours = small(rendered(template, template["Resources"]["TaskDefinition"]["Properties"]))
    for one in ours["containerDefinitions"][0]["environment"]:
        one["value"] = str(one["value"])
    assert ours == json.loads((AWS / "task-definition.json").read_text())


def test_the_plain_schedule_says_the_same(template):
    ours = rendered(template, template["Resources"]["Schedule"]["Properties"])
    network = ours["Target"]["EcsParameters"]["NetworkConfiguration"]
    network["awsvpcConfiguration"] = network.pop("AwsvpcConfiguration")
    assert ours == json.loads((AWS / "schedule.json").read_text())


def test_the_plan_is_kept(template):
    task = rendered(template, template["Resources"]["TaskDefinition"]["Properties"])
    container = task["ContainerDefinitions"][0]
    assert (task["Family"], task["Cpu"], task["Memory"], container["Command"]) == ("position-manager", "256", "512",
                                                                                    ["cycle"])
    assert container["LogConfiguration"]["Options"]["awslogs-group"] == "/ecs/ops-pipeline/position-manager"
    schedule = rendered(template, template["Resources"]["Schedule"]["Properties"])
    assert schedule["ScheduleExpression"] == "rate(1 minute)"


def test_the_service_has_a_health_check_and_stands_by(template):
    task = rendered(template, template["Resources"]["TaskDefinition"]["Properties"], Mode="service")
    container = task["ContainerDefinitions"][0]
    assert container["Command"] == ["run", "--standby"]
    assert container["HealthCheck"]["Command"] == ["CMD", "/usr/bin/belay", "alive"]


SMTP = SECRET.format("smtp")


@pytest.mark.parametrize("given, variables", [
    ({}, {}),
    ({"SmtpUrl": "smtps://mail.example.com"}, {"BELAY_SMTP_URL": "smtps://mail.example.com"}),
    ({"SmtpSecret": SMTP}, {"BELAY_SMTP_USER": f"{SMTP}:username::", "BELAY_SMTP_PASSWORD": f"{SMTP}:password::"}),
    ({"AlertsFrom": "belay@example.com"}, {"BELAY_ALERTS_FROM": "belay@example.com"}),
    ({"AlertsTo": "ann@example.com,bob@example.com"}, {"BELAY_ALERTS_TO": "ann@example.com,bob@example.com"}),
    ({"DeadManUrl": "https://hc.example.com/belay"}, {"BELAY_DEAD_MAN_URL": "https://hc.example.com/belay"}),
    ({"Emf": "true"}, {"BELAY_METRICS_EMF": "true"})])
def test_each_parameter_of_alerts_adds_its_variables_and_no_other(template, given, variables):
    def asked(**given):
        task = rendered(template, template["Resources"]["TaskDefinition"]["Properties"], **given)
        container = task["ContainerDefinitions"][0]
        return ({one["Name"]: one["Value"] for one in container["Environment"]}
                | {one["Name"]: one["ValueFrom"] for one in container["Secrets"]})

    def readable(**given):
        role = rendered(template, template["Resources"]["ExecutionRole"]["Properties"], **given)
        return role["Policies"][0]["PolicyDocument"]["Statement"][-1]["Resource"]

    assert asked(**given) == asked() | variables and not set(asked()) & set(variables)
    keys = [GIVEN["AlpacaSecret"], GIVEN["DatabaseSecret"]]
    assert readable(**given) == keys + ([given["SmtpSecret"]] if "SmtpSecret" in given else [])


def test_mail_gets_out_of_the_ground():
    ground = yaml.load((AWS / "foundation.yaml").read_text(), Template)["Resources"]
    out = ground["TaskGroup"]["Properties"]["SecurityGroupEgress"]
    assert [(one["FromPort"], one["ToPort"]) for one in out] == [(443, 443), (465, 465), (587, 587)]


def test_rights_are_narrow(template):
    for name, resource in template["Resources"].items():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        for policy in rendered(template, resource["Properties"])["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
                assert not [action for action in actions if "*" in action], name
                wide = "*" in str(statement["Resource"]).replace(LOG_STREAMS, "")
                assert not wide or actions == ["ecr:GetAuthorizationToken"], name
    assert "TaskRoleArn" not in template["Resources"]["TaskDefinition"]["Properties"]


def test_metrics_are_made_of_what_a_pass_says(template):
    keys = set(re.findall(r"\$\.(\w+)", (AWS / "template.yaml").read_text()))
    assert keys == {"msg", "level", "unguarded_ms"}
    contract = (ROOT / "docs/operating/contract.md").read_text()
    assert all(f"`{key}`" in contract or f'"{key}"' in contract for key in keys)


@pytest.mark.parametrize("name", ["deploy/aws/template.yaml", "deploy/aws/task-definition.json", "compose.yaml",
                                  "deploy/systemd/belay.service", "Dockerfile", "docs/operating/host.md"])
def test_only_variables_that_the_program_reads(name):
    text = (ROOT / name).read_text()
    known = set(re.findall(r"\b(?:ALPACA|DB|BELAY)_[A-Z_]+", (ROOT / "docs/operating/contract.md").read_text()))
    asked = set(re.findall(r"\b(?:ALPACA|DB|BELAY)_[A-Z_]+", text))
    assert asked - known == set()
    assert not re.search(r"\bPK[A-Z0-9]{16,}\b|AKIA[A-Z0-9]{16}", text)


def pushed(folder, *arguments):
    """push.sh in a repository of its own, with an `aws` and a `docker` that write down what they were told."""
    stand_in = '#!/bin/sh\necho "$(basename "$0") $*" >>"$TOLD"\ncase $* in *caller*) echo 111122223333;; esac\n'
    for name in ("aws", "docker"):
        (folder / name).write_text(stand_in)
        (folder / name).chmod(0o755)
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "TOLD": str(folder / "told"), "HOME": str(folder)}
    done = subprocess.run([folder / "clone/deploy/aws/push.sh", *arguments], env=environment, capture_output=True,
                          text=True, stdin=subprocess.DEVNULL)
    told = (folder / "told").read_text().splitlines() if (folder / "told").exists() else []
    return done, told


@pytest.fixture
def clone(tmp_path):
    place = tmp_path / "clone/deploy/aws"
    place.mkdir(parents=True)
    shutil.copy(AWS / "push.sh", place)
    for words in (["init", "-q"], ["add", "."],
                  ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "a"]):
        subprocess.run(["git", "-C", tmp_path / "clone", *words], check=True)
    return tmp_path


def test_push_tags_with_the_commit_and_pushes(clone):
    done, told = pushed(clone, "us-west-2")
    assert done.returncode == 0, done.stderr
    tag = done.stdout.strip()
    assert re.fullmatch("[0-9a-f]{12}", tag)
    image = f"111122223333.dkr.ecr.us-west-2.amazonaws.com/ops-pipeline/position-manager:{tag}"
    assert f"docker build --platform linux/amd64 --tag {image} ." in told
    assert told[-1] == f"docker push {image}"


def test_push_refuses_what_no_commit_names(clone):
    (clone / "clone/new").write_text("")
    done, told = pushed(clone, "us-west-2")
    assert done.returncode == 2 and "not committed" in done.stderr and told == []


def test_compose_keeps_to_what_the_image_needs():
    belay = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["belay"]
    assert belay["read_only"] and belay["cap_drop"] == ["ALL"]
    assert not [value for name, value in belay["environment"].items()
                if re.search("KEY|SECRET|PASSWORD", name) and not re.match(r"\$\{\w+:\?", value)]
    assert belay["env_file"] == [{"path": "belay.env", "required": False}]  # has passwords: no commit's, no layer's
    assert all("belay.env" in (ROOT / name).read_text().splitlines() for name in (".gitignore", ".dockerignore"))
