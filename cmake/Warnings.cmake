# Warnings are errors in our own code; sanitizers are chosen by LAZULITE_SANITIZE for everything we compile.
add_library(lazulite_warnings INTERFACE)
target_compile_options(lazulite_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Werror -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Woverloaded-virtual -Wconversion
  -Wno-sign-conversion
  -Wno-missing-field-initializers)  # what a designated initializer leaves out is its default
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees uninitialized strings inside empty std::optionals; clang, which builds the same sources, does not.
  target_compile_options(lazulite_warnings INTERFACE -Wno-maybe-uninitialized)
  # In sources that are compiled as one, g++ takes an anonymous namespace for one in a header.
  target_compile_options(lazulite_warnings INTERFACE -Wno-subobject-linkage)
  # Symmetric transfer between coroutines must be a tail call at every optimisation level.
  add_compile_options(-foptimize-sibling-calls)
endif()
if(LAZULITE_SANITIZE)
  add_compile_options(-fsanitize=${LAZULITE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${LAZULITE_SANITIZE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE}")
endif()
