package stages

import "strings"

// Walk visits stages and those in them in the order of the tree; path are the names from the outside in.
func Walk(list []Stage, visit func(path []string, s *Stage)) { walkBelow(list, nil, visit) }

func walkBelow(list []Stage, above []string, visit func(path []string, s *Stage)) {
	for i := range list {
		s := &list[i]
		path := append(above[:len(above):len(above)], s.Name)
		visit(path, s)
		walkBelow(s.Children, path, visit)
	}
}

// Named finds a stage by its name, its path (Test/e2e) or its id, and lists the paths of all that have an id. Of
// several stages of one name it is the first; a whole path beats a name.
func Named(all []Stage, name string) (match Stage, paths []string) {
	exact := false
	var walk func([]Stage, string)
	walk = func(list []Stage, above string) {
		for _, s := range list {
			path := above + s.Name
			if s.ID != "" {
				paths = append(paths, path)
				switch whole := strings.EqualFold(path, name) || s.ID == name; {
				case whole && !exact:
					match, exact = s, true
				case match.ID == "" && strings.EqualFold(s.Name, name):
					match = s
				}
			}
			walk(s.Children, path+"/")
		}
	}
	walk(all, "")
	return match, paths
}
