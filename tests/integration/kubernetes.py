#!/usr/bin/env python3
"""packaging/kubernetes: the manifests are valid and agree with one another, and their scripts do what the cluster would have them do:
shards run as the Indexed Job would run them, one of them killed and started again, and the merge step that waits for them. The union is
what a single run has. Skipped (77) where PyYAML is not installed.

    kubernetes.py BUILD-DIR
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not installed")
    sys.exit(77)

root = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
kubernetes = os.path.join(root, "packaging", "kubernetes")
build = os.path.realpath(sys.argv[1])
collector = os.path.join(build, "bin", "collector")


def read(name):
    with open(os.path.join(kubernetes, name), encoding="utf-8") as file:
        return yaml.safe_load(file)


def check_manifests():
    kustomization = read("kustomization.yaml")
    documents = {name: read(name) for name in kustomization["resources"]}
    for document in documents.values():
        assert {"apiVersion", "kind", "metadata", "spec"} <= set(document)
    [generated] = kustomization["configMapGenerator"]
    for name in generated["files"]:
        assert os.path.isfile(os.path.join(kubernetes, name)), name
    image = kustomization["images"][0]["name"]
    claim = documents["volume.yaml"]["metadata"]["name"]
    shards = documents["shards.yaml"]["spec"]
    assert shards["completionMode"] == "Indexed"
    for name in ("shards.yaml", "merge.yaml"):
        assert documents[name]["apiVersion"] == "batch/v1" and documents[name]["kind"] == "Job"
        pod = documents[name]["spec"]["template"]["spec"]
        assert pod["restartPolicy"] == "Never"  # podFailurePolicy asks for it
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        used = set()
        for container in pod.get("initContainers", []) + pod["containers"]:
            assert container["image"] == image
            assert container["securityContext"]["readOnlyRootFilesystem"]
            assert not container["securityContext"]["allowPrivilegeEscalation"]
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            used |= {mount["name"] for mount in container["volumeMounts"]}
        assert used == set(volumes), (used, set(volumes))
        assert volumes["config"]["configMap"]["name"] == generated["name"]
        assert volumes["results"]["persistentVolumeClaim"]["claimName"] == claim
        [container] = pod["containers"]
        [variable] = container["env"]
        assert variable == {"name": "JOB_COMPLETIONS", "value": str(shards["completions"])}
        script = os.path.basename(container["command"][-1])
        assert script in generated["files"]
    names = {container["name"] for container in documents["shards.yaml"]["spec"]["template"]["spec"]["containers"]}
    for rule in shards["podFailurePolicy"]["rules"]:
        assert rule.get("onExitCodes", {}).get("containerName", "collector") in names
    if shutil.which("kubectl"):
        rendered = subprocess.run(["kubectl", "kustomize", kubernetes], capture_output=True, text=True)
        assert rendered.returncode == 0, rendered.stderr
        kinds = sorted(document["kind"] for document in yaml.safe_load_all(rendered.stdout))
        assert kinds == ["ConfigMap", "Job", "Job", "PersistentVolumeClaim"], kinds
    print("ok: the manifests agree with one another")


def check_containerfile():
    with open(os.path.join(kubernetes, "Containerfile"), encoding="utf-8") as file:
        lines = file.read().replace("\\\n", " ").splitlines()
    words = [line.split()[0] for line in lines if line and not line.startswith("#")]
    assert words[0] == "FROM" and set(words) <= {"FROM", "COPY", "WORKDIR", "RUN", "USER", "ENTRYPOINT"}, words
    user = next(line for line in lines if line.startswith("USER ")).split()[1]
    assert user == "64710:64710" and any("--uid 64710" in line for line in lines)
    print("ok: the Containerfile runs as the user that the manifests name")


def check_scripts():
    with tempfile.TemporaryDirectory(prefix="collector-kubernetes-") as folder:
        fleet = subprocess.Popen([os.path.join(build, "tests", "fleet"), "--delay", "200", "--known-hosts", f"{folder}/known_hosts"],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        processes = [fleet]
        try:
            port = re.match(r"listening (\d+)", fleet.stdout.readline()).group(1)
            config, results = f"{folder}/config", f"{folder}/results"
            os.mkdir(config)
            os.mkdir(results)
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder}/id"], check=True)
            with open(f"{config}/hosts.ini", "w", encoding="utf-8") as file:
                file.writelines(f"host{i} ansible_host=127.0.10.{i}\n" for i in range(1, 61))
                file.write(f"[all:vars]\nansible_port={port}\nansible_user=ops\n")
            job = ["-i", f"{config}/hosts.ini", "-p", "ssh-command", "--command", "uname -a", "--identity", f"{folder}/id",
                   "--known-hosts", f"{folder}/known_hosts", "--ssh-config", "none", "--concurrency", "1"]
            with open(f"{config}/options", "w", encoding="utf-8") as file:
                file.write("# a comment\n\n" + "\n".join(job))
            shards = 3
            environment = dict(os.environ, COLLECTOR=collector, CONFIG=config, RESULTS=results, JOB_COMPLETIONS=str(shards), INTERVAL="0.2")

            def start(script, **more):
                process = subprocess.Popen(["sh", os.path.join(kubernetes, script)], env=dict(environment, **more), start_new_session=True,
                                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                processes.append(process)
                return process

            merge = start("merge.sh")
            pods = [start("shard.sh", JOB_COMPLETION_INDEX=str(index)) for index in range(shards)]
            # The node of the second is lost: everything there dies at once. Its pod is started again elsewhere.
            journal = f"{results}/.shard-1.json.zst.journal"
            until = time.monotonic() + 30
            while not (os.path.exists(journal) and open(journal, "rb").read().count(b"\n") > 4):
                assert time.monotonic() < until, "shard 1 has no records"
                time.sleep(0.05)
            os.killpg(pods[1].pid, signal.SIGKILL)
            pods[1].wait()
            assert not os.path.exists(f"{results}/shard-1.json.zst"), "a killed shard left a result"
            assert merge.poll() is None, "the merge did not wait"
            pods[1] = start("shard.sh", JOB_COMPLETION_INDEX="1")
            for pod in pods:
                output, _ = pod.communicate(timeout=120)
                assert pod.returncode == 0, output
            output, _ = merge.communicate(timeout=60)
            assert merge.returncode == 0, output
            again = start("shard.sh", JOB_COMPLETION_INDEX="1")
            output, _ = again.communicate(timeout=60)
            assert again.returncode == 0 and "there already" in output, output
            subprocess.run([collector, *job, "--quiet", "-o", f"{folder}/single.json"], check=True)
            subprocess.run([collector, "merge", "--quiet", f"{results}/assets.json.zst", "-o", f"{folder}/all.json"], check=True)

            def essence(path):
                with open(path, encoding="utf-8") as file:
                    return sorted((record["host"], record["status"], record["facts"]["ssh_command"]["stdout"]) for record in json.load(file)["hosts"])

            assert len(essence(f"{folder}/all.json")) == 60
            assert essence(f"{folder}/all.json") == essence(f"{folder}/single.json")
            print("ok: shards, one of them lost and started again, and their merge are the single run")
        finally:
            for process in processes:
                if process.poll() is None:
                    process.kill()
                process.wait()


check_manifests()
check_containerfile()
check_scripts()
