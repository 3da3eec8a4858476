package dev.edgewise.readme;

import java.util.List;

/**
 * The rooms of a hotel.
 */
interface Rooms {

	List<String> freeOn(String date);

}
