package main

import (
	"fmt"
	"strings"
)

// upn is a user principal name.
func (c company) upn(p person) string {
	local := p.local
	if local == "" {
		local = strings.NewReplacer(
			"á", "a", "å", "a", "æ", "ae", "ä", "a", "ç", "c", "č", "c", "é", "e", "í", "i", "ł", "l", "ñ", "n", "ó", "o", "ö", "o", "ø", "o", "š", "s", "ü", "u",
			"'", "", " ", ".",
		).Replace(strings.ToLower(p.name))
	}
	return local + "@" + c.domain
}

// colleagues are n names, always the same for a folder and a team.
func colleagues(folder, team string, n int) []string {
	from := company{folder: folder}.chance("colleagues", team)
	given, family := strings.Fields(givenNames), strings.Fields(familyNames)
	var names []string
	for taken := map[string]bool{}; len(names) < n; {
		name := fmt.Sprintf("%s %s", given[from.below(len(given))], family[from.below(len(family))])
		if !taken[name] {
			taken[name] = true
			names = append(names, name)
		}
	}
	return names
}

const givenNames = `
	Adam Agnes Alba Amina Andrea Anton Arun Astrid Ayse Bela Birgit Bruno Carla Casper Celia Chiara Clara Conor Dagny Daria Diana Dirk Edgar
	Eleni Elsa Emre Erika Esme Fabio Fatou Fiona Flora Frida Gaspar Gerda Gita Greta Hakan Hanna Heidi Helge Hugo Ilka Imani Iris Isak Ivana
	Jana Jarle Joel Jorid Judith Kai Kamil Karla Katja Keira Kenji Lara Lasse Leonie Lidia Lorenz Luca Maja Malik Marek Maren Marit Mehmet
	Mila Mirko Nadine Nele Nils Nina Noel Odile Olav Orla Oscar Paola Pedro Petr Pia Rafael Ragna Rhea Robin Rosa Sami Sasha Selin Signe
	Simon Sven Tara Teo Tessa Timo Tove Ugo Ulla Valeria Vera Vito Wanda Yannick Yuki Zara Zoe`

const familyNames = `
	Abbott Alm Amato Arnesen Baptista Barlow Becker Bellini Berger Bishop Bjork Boateng Brandt Bruun Carver Castro Chen Clausen Corti Dahl
	Danso Decker Delgado Dietrich Doyle Duval Eder Ekman Engel Espinoza Fabre Falk Ferro Fink Flynn Foss Frey Fuchs Gallo Garnier Grimm Haas
	Hagen Hale Hansson Heikkinen Hoffman Holm Ibsen Ito Jacobs Jansson Jarvis Jensen Kaya Keane Keller Kjær Klein Kraus Kruse Lang Larsson
	Lehto Linder Lopez Lund Maier Marsh Mayer Melo Mercer Moen Morel Nagy Nash Neri Nolan Norberg Novak Nyberg Olsen Osman Otero Palmer Pavic
	Pohl Quist Ramos Rask Reid Ricci Rivas Roth Sahin Salo Sanders Sato Schenk Serra Silva Sorge Stein Strand Suter Tamm Thorn Toth Ueland
	Vance Vega Vidal Vogt Wagner Walsh Weiss Wolff Yilmaz Zeller Ziegler`
