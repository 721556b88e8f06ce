// Lists, gets, places and cancels with a client that oapi-codegen makes of the document.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"time"

	"walk/api"
)

// must ends the walk where a call failed, or was refused.
func must(what string, err error, status int, body []byte) {
	if err != nil || status >= 400 {
		fmt.Fprintln(os.Stderr, what, err, status, string(body))
		os.Exit(1)
	}
}

func check(what string, holds bool) {
	if !holds {
		fmt.Fprintln(os.Stderr, "not so:", what)
		os.Exit(1)
	}
}

func main() {
	ctx := context.Background()
	asJSON := api.WithRequestEditorFn(func(_ context.Context, request *http.Request) error {
		request.Header.Set("Accept", "application/json")
		return nil
	})
	client, err := api.NewClientWithResponses(os.Args[1], asJSON)
	must("client", err, 0, nil)

	limit := 2
	consumers, err := client.ListConsumersWithResponse(ctx, &api.ListConsumersParams{Limit: &limit})
	must("listConsumers", err, consumers.StatusCode(), consumers.Body)
	consumer := consumers.JSON200.UnderscoreEmbedded.Item[0]

	restaurants, err := client.ListRestaurantsWithResponse(ctx, nil)
	must("listRestaurants", err, restaurants.StatusCode(), restaurants.Body)
	restaurant := restaurants.JSON200.UnderscoreEmbedded.Item[0]

	menu, err := client.ListMenuItemsWithResponse(ctx, restaurant.Id, nil)
	must("listMenuItems", err, menu.StatusCode(), menu.Body)
	dish := menu.JSON200.UnderscoreEmbedded.Item[0]

	body := api.PlaceOrderJSONRequestBody{ConsumerId: consumer.Id, RestaurantId: restaurant.Id}
	body.LineItems = append(body.LineItems, struct {
		MenuItemId string `json:"menuItemId"`
		Quantity   int    `json:"quantity"`
	}{dish.Id, 2})
	zone := time.FixedZone("", 2*60*60)
	body.DeliveryInformation.Time = time.Date(2030, 1, 15, 19, 30, 0, 0, zone)
	body.DeliveryInformation.Address = "12 St James Square"
	key := fmt.Sprintf("go-%d", time.Now().UnixNano())
	placed, err := client.PlaceOrderWithResponse(ctx, &api.PlaceOrderParams{IdempotencyKey: &key}, body)
	must("placeOrder", err, placed.StatusCode(), placed.Body)
	order := placed.JSON201
	check("the order is approved", order.State == "APPROVED")
	check("its total is that of the dishes", order.Total.Amount == 2*dish.Price.Amount)

	expand := []string{"consumer"}
	got, err := client.GetOrderWithResponse(ctx, order.Id, &api.GetOrderParams{Expand: &expand})
	must("getOrder", err, got.StatusCode(), got.Body)
	// What `expand` brings has its type.
	var embedded *api.Consumer = got.JSON200.UnderscoreEmbedded.Consumer
	check("the consumer is embedded", embedded != nil && embedded.Name == consumer.Name)

	listed, err := client.ListOrdersWithResponse(ctx, &api.ListOrdersParams{ConsumerId: &consumer.Id})
	must("listOrders", err, listed.StatusCode(), listed.Body)
	found := false
	for _, one := range listed.JSON200.UnderscoreEmbedded.Item {
		found = found || one.Id == order.Id
	}
	check("the order is in the list", found)

	cancelled, err := client.CancelOrderWithResponse(ctx, order.Id, nil)
	must("cancelOrder", err, cancelled.StatusCode(), cancelled.Body)
	check("the order is cancelled", cancelled.JSON200.State == "CANCELLED")

	again, err := client.CancelOrderWithResponse(ctx, order.Id, nil)
	must("cancelOrder again", err, 0, nil)
	problem := again.ApplicationproblemJSON409
	check("it is refused the second time", problem != nil && problem.Type == "/problems/action-not-allowed")
	fmt.Println("Go: listed, got, placed and cancelled", order.Id)
}
