"""Everything of the review desk under one router: the desk, the box wall, corners given by hand."""

from fastapi import APIRouter

from api.routes import corners, review, review_boxes

router = APIRouter()
for part in (review.router, review_boxes.router, review_boxes.cuts, corners.router):
    router.include_router(part)
