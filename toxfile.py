"""Lets tox environments of equal contents share one `env_dir`, so that TensorFlow is installed once.

tox 4 notes the environment's name in the folder and makes the folder anew when another name comes. With
`runner = shared` the name is left out of that note; Python, dependencies and package are compared as ever.
"""

from tox.plugin import impl
from tox.tox_env.info import Info
from tox.tox_env.python.virtual_env.runner import VirtualEnvRunner


class SharedInfo(Info):
    def compare(self, value, section, sub_section=None):
        if section == "ToxEnv":
            value = {**value, "name": "shared"}
        return super().compare(value, section, sub_section)


class SharedRunner(VirtualEnvRunner):
    @staticmethod
    def id():
        return "shared"

    @property
    def cache(self):
        return SharedInfo(self.env_dir)


@impl
def tox_register_tox_env(register):
    register.add_run_env(SharedRunner)
