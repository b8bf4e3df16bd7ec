#include "disclosure/redaction/pixel_boxes.h"

#include <algorithm>
#include <cmath>

namespace tenure::disclosure::redaction {

namespace {
struct Edges {
  int low, high;
};

// Pictures carry colour for blocks of 2 × 2 pixels, so edges lie on even ones.
Edges inward(double from, double to, int limit) {
  const int low = static_cast<int>(std::ceil(from / 2)) * 2;
  const int high = static_cast<int>(std::floor(to / 2)) * 2;
  return {std::clamp(low, 0, limit), std::clamp(high, 0, limit)};
}

Edges outward(double from, double to, int limit) {
  const int low = static_cast<int>(std::floor(from / 2)) * 2;
  const int high = static_cast<int>(std::ceil(to / 2)) * 2;
  return {std::clamp(low, 0, limit), std::clamp(high, 0, limit)};
}
}  // namespace

std::vector<worker::PixelBox> pixel_boxes(const Plan& plan, Instant time, int width, int height) {
  std::vector<worker::PixelBox> boxes;
  const auto round = plan.mode == Mode::cover ? outward : inward;
  for (const auto& track : plan.tracks) {
    const auto box = box_at(track, time);
    if (!box) continue;
    const auto across = round(box->x, box->x + box->width, width);
    const auto down = round(box->y, box->y + box->height, height);
    if (across.high <= across.low || down.high <= down.low) continue;
    const auto small = [](int value) { return static_cast<std::uint16_t>(value); };
    boxes.push_back({small(across.low), small(down.low), small(across.high - across.low), small(down.high - down.low)});
  }
  return boxes;
}

}  // namespace tenure::disclosure::redaction
