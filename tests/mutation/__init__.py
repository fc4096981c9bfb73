"""A mutation run: which share of small, mechanical changes to a reference do its graders notice?"""
