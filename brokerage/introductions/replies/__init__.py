"""Answers by mail: on which request each lands, who wrote it, who may read it, and to whom it is passed on."""
