"""What fills a part of a screen: the plan, the picture and the files beside the fields; the review's page."""
