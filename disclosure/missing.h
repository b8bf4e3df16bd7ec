// Why pictures of a span are not there, in words: gaps with causes, expiry, not yet recorded, nothing near.
#pragma once
#include "base/error.h"
#include "disclosure/export.h"

namespace tenure::disclosure {

class Missing {
 public:
  Missing(const ExportContext& context, const SpanRequest& request);
  // A segment that is in the catalogue and may not or cannot be read.
  void unreadable(const storage::SegmentRow& row, const std::string& why);
  const std::vector<storage::Gap>& gaps() const { return gaps_; }
  // When there is nothing at all to export.
  Error nothing() const;
  // When there is something, but less than was asked for. `end` is where what there is ends.
  std::vector<std::string> notes(Instant end) const;

 private:
  std::string nearest() const;
  const ExportContext& context_;
  const SpanRequest& request_;
  std::vector<storage::Gap> gaps_;
  std::vector<storage::SegmentRow> unreadable_;
  std::string why_;
};

}  // namespace tenure::disclosure
