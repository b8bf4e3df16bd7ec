// One printed page for people, as plain blocks: made once, shown as HTML (one file, no script) and as PDF by Cairo and
// Pango. Every text is plain: what looks like markup in it is shown as it is. Pure, but for the fonts of the machine;
// any thread.
#pragma once
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace tenure::disclosure::paper {

enum class Tone { plain, good, bad, doubt };

struct Column {
  std::string head;
  double width = 1;    // its share
  bool right = false;  // numbers
};

struct Block {
  enum class Kind { verdict, heading, text, table, small };
  Kind kind = Kind::text;
  std::string title;               // verdict: the word; text: its first words, bold; else the text itself
  std::vector<std::string> texts;  // verdict, text and small: a paragraph each
  Tone tone = Tone::plain;
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // of a table; its tones beside it
  std::vector<Tone> tones;
};

struct Page {
  std::string title, subtitle, footer;
  Instant made;
  std::vector<Block> blocks;
};

std::string to_html(const Page& page);
// A4, upright. The type gets smaller until all is on one page, down to about two thirds; then it goes on on a second.
Blob to_pdf(const Page& page);

// "31 Mar 2026", "31 March 2026, 09:00 UTC"
std::string date_text(Instant at);
std::string minute_text(Instant at);

}  // namespace tenure::disclosure::paper
