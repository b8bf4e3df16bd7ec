// The files that a rebuild could not read, noted in the folder of the catalogue that it made, so that the next start
// tells of them at once: the walk that looks at every file may take minutes to come to them, and passes over what is
// new. The note goes where its catalogue goes. Any thread.
#pragma once
#include <vector>

#include "base/file.h"

namespace tenure::storage {

// Durable, when there are any. Names the first ten thousand.
void note_left_files(const Path& catalogue_folder, const std::vector<Path>& files);
// Empty when nothing was noted; a note that cannot be read says nothing, for the walk finds them too.
std::vector<Path> noted_left_files(const Path& catalogue_folder);

}  // namespace tenure::storage
