// From a plan's boxes at an instant to the even pixels that the worker copies or covers. Always to the safe side: what is
// shown shrinks, what is hidden grows. Pure.
#pragma once
#include "disclosure/redaction/plan.h"
#include "media/worker/job.h"

namespace tenure::disclosure::redaction {

// Boxes without area are left out.
std::vector<worker::PixelBox> pixel_boxes(const Plan& plan, Instant time, int width, int height);

}  // namespace tenure::disclosure::redaction
