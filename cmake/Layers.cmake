# One static library per layer. A layer's headers are visible only to targets that link it, so a forbidden include fails
# with "no such file": each layer gets a view folder that holds one link, <path> -> its sources.
#
#   add_layer(store store SOURCES store.cpp DEPENDS base USES SQLite::SQLite3)
#
# DEPENDS are the layers below that its headers speak of; USES are libraries its sources alone need.
function(add_layer name path)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;USES" ${ARGN})
  set(view "${PROJECT_BINARY_DIR}/layers/${name}")
  cmake_path(GET path PARENT_PATH parent)
  file(MAKE_DIRECTORY "${view}/${parent}")
  file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/${path}" "${view}/${path}" SYMBOLIC)
  list(TRANSFORM ARG_SOURCES PREPEND "${PROJECT_SOURCE_DIR}/src/${path}/")
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC "${view}")
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE ${ARG_USES} lazulite_warnings)
  # So that what the server does not need stays out of it: a layer has parts for tests and for other programs.
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-ffunction-sections>)
endfunction()

# For layers that nothing waits for, or that wait for the store themselves: a third smaller, which the image needs.
function(compile_small name)
  target_compile_options(${name} PRIVATE $<$<CONFIG:Release>:-Os>)
endfunction()

# A service's face: src/NAME/operations.cpp and whatever PARTS names beside it; their headers are all that others see.
function(add_service name)
  cmake_parse_arguments(ARG "" "" "PARTS" ${ARGN})
  set(view "${PROJECT_BINARY_DIR}/layers/${name}_face")
  file(MAKE_DIRECTORY "${view}/${name}")
  add_library(${name} STATIC)
  foreach(part operations ${ARG_PARTS})
    file(CREATE_LINK "${CMAKE_CURRENT_SOURCE_DIR}/${part}.hpp" "${view}/${name}/${part}.hpp" SYMBOLIC)
    target_sources(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/${part}.cpp")
  endforeach()
  target_include_directories(${name} PUBLIC "${view}")
  target_link_libraries(${name} PUBLIC ${name}_ops service PRIVATE lazulite_warnings)
endfunction()
