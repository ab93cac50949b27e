"""Everything of the review desk under one router: the desk, box wall, corners given by hand, audits and alarms."""

from fastapi import APIRouter

from api.http.routes import corners, review, review_audits, review_boxes

router = APIRouter()
for part in (
    review.router,
    review_boxes.router,
    review_boxes.cuts,
    review_boxes.pictures,
    corners.router,
    review_audits.router,
    review_audits.alarms,
):
    router.include_router(part)
