"""A real Spark cluster on this machine: a master, and a worker with two cores that starts
executors as processes of their own.

crfsmith runs in two Python processes beside the worker's executor. Master and worker run
in the program of Java that the driver has anyway: they speak over the network as if
each had one, and two more would take longer to start than all jobs of the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark
import pytest

from tests.java import QUICK

HOST = "127.0.0.1"
CORES, MEGABYTES = 2, 1024
ENVIRONMENT = {
    "SPARK_HOME": str(Path(pyspark.__file__).parent),
    "SPARK_LOCAL_IP": HOST,
    "JDK_JAVA_OPTIONS": " ".join(QUICK),
}
SETTINGS = {
    # Spark divides every table in 200 parts, however few rows there are.
    "spark.sql.shuffle.partitions": "4",
}


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The address of the master."""
    with pytest.MonkeyPatch.context() as patched:
        for name, text in ENVIRONMENT.items():
            patched.setenv(name, text)

        pyspark.SparkContext._ensure_initialized()
        java, gateway = pyspark.SparkContext._jvm, pyspark.SparkContext._gateway
        assert java is not None
        assert gateway is not None
        for name, text in SETTINGS.items():
            java.java.lang.System.setProperty(name, text)

        settings = java.org.apache.spark.SparkConf()
        deploy = java.org.apache.spark.deploy
        started = deploy.master.Master.startRpcEnvAndEndpoint(HOST, 0, 0, settings)
        master = started._1()
        address = f"spark://{HOST}:{master.address().port()}"

        masters = gateway.new_array(java.java.lang.String, 1)
        masters[0] = address
        nothing = java.scala.Option.empty()
        worker = deploy.worker.Worker.startRpcEnvAndEndpoint(
            *(HOST, 0, 0, CORES, MEGABYTES, masters, str(folder)),
            *(nothing, settings, nothing),
        )
        yield address

        worker.shutdown()
        master.shutdown()
