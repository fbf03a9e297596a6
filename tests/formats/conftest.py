"""A small event as the files of the challenge spell it."""

import pytest

TEXTS = {
    "hits": """hit_id,x,y,z,volume_id,layer_id,module_id
1,-64.4099,-7.1637,-1502.5,7,2,1
2,-55.3361,0.635342,-1502.5,7,2,1
3,32.1,0.25,-12.5,8,2,14
5,71.9,1.5,-27.0,8,4,14
""",
    "cells": """hit_id,ch0,ch1,value
1,209,617,0.0138317
1,210,617,0.0798866
2,68,446,0.211723
3,0,1,0.300000
5,10,20,1
""",
    "particles": """particle_id,vx,vy,vz,px,py,pz,q,nhits
4503668346847232,-0.00928816,0.00986098,-0.0778789,-0.0552689,0.323272,-0.203492,-1,8
968283538485993472,-6.29475e-06,0.00986098,5.5,1.25,0.470892,-20,1,2
""",
    "truth": """hit_id,particle_id,tx,ty,tz,tpx,tpy,tpz,weight
1,0,-64.4116,-7.1641,-1502.5,250710,-149908,-956385,0
2,968283538485993472,-55.3385,0.630805,-1502.5,-0.570605,0.0283904,-15.4922,9.6e-06
3,968283538485993472,32.1,0.25,-12.5,1.25,0.4,-20,8.03e-6
5,4503668346847232,71.9,1.5,-27.0,0.5,0.25,-0.125,1e-5
""",
}


@pytest.fixture
def event_texts():
    """Return the text of each file of a small event, a dict that the test may change."""
    return dict(TEXTS)


@pytest.fixture
def write_texts(tmp_path):
    """Return a function that writes texts, a dict of part to str or bytes, and returns the prefix of the event."""

    def write(texts, prefix="event000001000", suffix=".csv"):
        for part, text in texts.items():
            content = text if isinstance(text, bytes) else text.encode()
            (tmp_path / f"{prefix}-{part}{suffix}").write_bytes(content)
        return tmp_path / prefix

    return write
