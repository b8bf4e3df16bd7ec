// The page as PDF: laid out by Pango, drawn by Cairo. Measured first, with the pen up, at ever smaller type until it
// fits.
#include <cairo-pdf.h>
#include <fmt/format.h>
#include <pango/pangocairo.h>

#include <memory>
#include <utility>

#include "base/error.h"
#include "disclosure/paper/page.h"

// fontconfig 2.14 loses some 300 bytes at each start; the leak check of the tests is told.
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig"; }  // NOLINT(bugprone-reserved-identifier)

namespace tenure::disclosure::paper {

namespace {
constexpr double kWidth = 595.276, kHeight = 841.890, kLeft = 42.5, kTop = 36, kBottom = 34;  // points; A4
constexpr double kLargest = 1.0, kSmallest = 0.66, kStep = 0.02;

struct Colour {
  double red, green, blue;
};
constexpr Colour kInk{0.13, 0.17, 0.20}, kGrey{0.30, 0.38, 0.45}, kBlue{0, 0.19, 0.53}, kLine{0.80, 0.83, 0.85};
constexpr Colour kRed{0.84, 0.16, 0.11}, kAmber{1, 0.72, 0.11}, kGreen{0, 0.50, 0.23};

struct Style {
  double size = 9;
  bool bold = false;
  Colour colour = kInk;
  bool right = false;
};

Colour strong(Tone tone) {
  switch (tone) {
    case Tone::good:
      return kGreen;
    case Tone::bad:
      return kRed;
    case Tone::doubt:
      return kAmber;
    case Tone::plain:
      break;
  }
  return kLine;
}
Colour pale(Tone tone) {
  const auto of = strong(tone);
  const auto mix = [](double part) { return 1 - (1 - part) * 0.13; };
  return {mix(of.red), mix(of.green), mix(of.blue)};
}

template <typename T>
struct Unref {
  void operator()(T* object) const { g_object_unref(object); }
};

// Control characters would be drawn as boxes; what is not UTF-8 would not be drawn at all.
std::string drawable(const std::string& text) {
  std::unique_ptr<char, decltype(&g_free)> valid(g_utf8_make_valid(text.data(), static_cast<gssize>(text.size())),
                                                 g_free);
  std::string out(valid.get());
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n') c = ' ';
  return out;
}

class Painter {
 public:
  Painter(cairo_t* cairo, double scale, bool draw)
      : cairo_(cairo),
        scale_(scale),
        draw_(draw),
        fonts_(pango_cairo_font_map_new()),
        context_(pango_font_map_create_context(fonts_.get())),
        layout_(pango_layout_new(context_.get())) {
    // Set as a printer sets, not to a screen's pixels.
    pango_context_set_round_glyph_positions(context_.get(), FALSE);
    const std::unique_ptr<cairo_font_options_t, decltype(&cairo_font_options_destroy)> options(
        cairo_font_options_create(), cairo_font_options_destroy);
    cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context_.get(), options.get());
    pango_layout_set_wrap(layout_.get(), PANGO_WRAP_WORD_CHAR);
  }

  // The height it would take on one endless page.
  double paint(const Page& page) {
    y_ = kTop;
    head(page);
    for (const auto& block : page.blocks) paint(block);
    skip(5);
    line(kGrey);
    skip(2);
    y_ += text(kLeft, y_, width(), page.footer, {7, false, kGrey, false});
    return y_ + broken_;
  }

 private:
  static constexpr double width() { return kWidth - 2 * kLeft; }
  void skip(double points) { y_ += points * scale_; }

  // Of the text's height; drawn with its top at `y`.
  double text(double x, double y, double wide, const std::string& what, const Style& style) {
    const std::unique_ptr<PangoFontDescription, decltype(&pango_font_description_free)> font(
        pango_font_description_new(), pango_font_description_free);
    pango_font_description_set_family_static(font.get(), "DejaVu Sans, Arial, sans-serif");
    pango_font_description_set_absolute_size(font.get(), style.size * scale_ * PANGO_SCALE);
    pango_font_description_set_weight(font.get(), style.bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(layout_.get(), font.get());
    pango_layout_set_width(layout_.get(), static_cast<int>(wide * PANGO_SCALE));
    pango_layout_set_alignment(layout_.get(), style.right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    const auto shown = drawable(what);
    pango_layout_set_text(layout_.get(), shown.data(), static_cast<int>(shown.size()));
    PangoRectangle extents;
    pango_layout_get_extents(layout_.get(), nullptr, &extents);
    if (draw_) {
      ink(style.colour);
      cairo_move_to(cairo_, x, y);
      pango_cairo_show_layout(cairo_, layout_.get());
    }
    return static_cast<double>(extents.height) / PANGO_SCALE;
  }

  void ink(const Colour& colour) { cairo_set_source_rgb(cairo_, colour.red, colour.green, colour.blue); }

  void box(double x, double y, double wide, double high, const Colour& colour) {
    if (!draw_) return;
    ink(colour);
    cairo_rectangle(cairo_, x, y, wide, high);
    cairo_fill(cairo_);
  }

  void line(const Colour& colour, double thick = 0.5) { box(kLeft, y_, width(), thick, colour); }

  // Only when even the smallest type does not fit.
  void need(double points) {
    if (y_ + points <= kHeight - kBottom) return;
    if (draw_) cairo_show_page(cairo_);
    broken_ += y_;
    y_ = kTop;
  }

  void head(const Page& page) {
    const auto high = text(kLeft, y_, width() / 2, page.title, {17, true, kBlue, false});
    const auto beside =
        text(kLeft + width() / 2, y_ + high - 13 * scale_, width() / 2, page.subtitle, {9, false, kGrey, true});
    y_ += std::max(high, high - 13 * scale_ + beside);
    skip(2);
    line({0, 0.37, 0.72}, 1.4);
    skip(4);
  }

  void paint(const Block& block) {
    switch (block.kind) {
      case Block::Kind::verdict:
        return verdict(block);
      case Block::Kind::heading:
        need(40 * scale_);
        skip(9);
        y_ += text(kLeft, y_, width(), block.title, {10.5, true, kBlue, false});
        return skip(1);
      case Block::Kind::table:
        return table(block);
      case Block::Kind::small:
        for (const auto& one : block.texts) y_ += text(kLeft, y_, width(), one, {7.5, false, kGrey, false});
        return skip(1);
      case Block::Kind::text:
        return labelled(block);
    }
  }

  void verdict(const Block& block) {
    skip(7);
    const double side = 8 * scale_, word = 105 * scale_, x = kLeft + side + word + 12 * scale_,
                 wide = kLeft + width() - 10 * scale_ - x;
    const bool draw = std::exchange(draw_, false);
    const auto high = sentences(block, x, y_, wide) + 16 * scale_;
    const auto of_word = text(0, 0, word, block.title, {19, true, kInk, false});
    draw_ = draw;
    const auto whole = std::max(high, of_word + 16 * scale_);
    box(kLeft, y_, width(), whole, pale(block.tone));
    box(kLeft, y_, side, whole, strong(block.tone));
    text(kLeft + side + 10 * scale_, y_ + (whole - of_word) / 2, word, block.title,
         {19, true, block.tone == Tone::doubt ? Colour{0.54, 0.35, 0} : strong(block.tone), false});
    sentences(block, x, y_ + (whole - high) / 2 + 8 * scale_, wide);
    y_ += whole;
    skip(2);
  }

  double sentences(const Block& block, double x, double y, double wide) {
    double high = 0;
    for (std::size_t at = 0; at < block.texts.size(); ++at)
      high += text(x, y + high, wide, block.texts[at], {at == 0 ? 11.0 : 9.0, at == 0, kInk, false}) + 2 * scale_;
    return high;
  }

  // The label stands in a column of its own.
  void labelled(const Block& block) {
    const double label = 100 * scale_;
    for (const auto& one : block.texts) {
      need(14 * scale_);
      const auto left = text(kLeft, y_, label, block.title, {9, true, kInk, false});
      const auto right = text(kLeft + label, y_, width() - label, one, {9, false, kInk, false});
      y_ += std::max(left, right);
      skip(2.5);
    }
  }

  void row(const Block& block, const std::vector<std::string>& cells, const Style& style, Tone tone) {
    double all = 0;
    for (const auto& column : block.columns) all += column.width;
    const double gap = 4 * scale_;
    const auto each = [&] {
      double x = kLeft, high = 0;
      for (std::size_t at = 0; at < block.columns.size(); ++at) {
        const auto& column = block.columns[at];
        const double wide = width() * column.width / all;
        auto with = style;
        with.right = column.right;
        high = std::max(high, text(x + gap, y_ + 2 * scale_, wide - 2 * gap, cells.at(at), with));
        x += wide;
      }
      return high + 5 * scale_;
    };
    const bool draw = std::exchange(draw_, false);
    const auto high = each();
    draw_ = draw;
    need(high);
    each();
    if (tone == Tone::bad || tone == Tone::doubt) box(kLeft, y_ + 1, 2.5 * scale_, high - 2, strong(tone));
    y_ += high;
    line(kLine);
  }

  void table(const Block& block) {
    std::vector<std::string> heads;
    heads.reserve(block.columns.size());
    for (const auto& column : block.columns) heads.push_back(column.head);
    row(block, heads, {8, false, kGrey, false}, Tone::plain);
    for (std::size_t at = 0; at < block.rows.size(); ++at)
      row(block, block.rows[at], {9, false, kInk, false}, at < block.tones.size() ? block.tones[at] : Tone::plain);
    skip(1);
  }

  cairo_t* cairo_;
  double scale_;
  bool draw_;
  double y_ = 0, broken_ = 0;
  std::unique_ptr<PangoFontMap, Unref<PangoFontMap>> fonts_;
  std::unique_ptr<PangoContext, Unref<PangoContext>> context_;
  std::unique_ptr<PangoLayout, Unref<PangoLayout>> layout_;
};

cairo_status_t append(void* to, const unsigned char* bytes, unsigned length) {
  static_cast<Blob*>(to)->insert(static_cast<Blob*>(to)->end(), bytes, bytes + length);
  return CAIRO_STATUS_SUCCESS;
}
}  // namespace

Blob to_pdf(const Page& page) {
  Blob out;
  const std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface(
      cairo_pdf_surface_create_for_stream(append, &out, kWidth, kHeight), cairo_surface_destroy);
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE,
                                 drawable(page.title + ", " + page.subtitle).c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Tenure");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, to_rfc3339(page.made).c_str());
  {
    const std::unique_ptr<cairo_t, decltype(&cairo_destroy)> cairo(cairo_create(surface.get()), cairo_destroy);
    double scale = kLargest;
    while (scale > kSmallest && Painter(cairo.get(), scale, /*draw=*/false).paint(page) > kHeight - kBottom)
      scale -= kStep;
    Painter(cairo.get(), scale, /*draw=*/true).paint(page);
    cairo_show_page(cairo.get());
  }
  cairo_surface_finish(surface.get());
  if (const auto status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS)
    throw Error(ErrorKind::internal, "The page could not be made into a PDF.", cairo_status_to_string(status));
  return out;
}

}  // namespace tenure::disclosure::paper
